"""Each key but the first succeeds another; nothing can succeed a key twice."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_throttlewindow'),
    ]

    operations = [
        migrations.AddField(
            model_name='signingkey',
            name='succeeds',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='successor', to='accounts.signingkey'),
        ),
        migrations.AddConstraint(
            model_name='signingkey',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('first_of', models.F('algorithm')), ('first_of__isnull', False), ('succeeds', None)), models.Q(('first_of', None), ('succeeds__isnull', False)), _connector='OR'), name='accounts_key_is_first_or_succeeds'),
        ),
    ]
