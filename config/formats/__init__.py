"""How pages spell times: as the API and the log do, in UTC and to the second."""
