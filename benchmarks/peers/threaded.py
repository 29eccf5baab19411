"""FastAPI + SQLModel with sync handlers, in both forms: two commits, or one with a row lock."""

import hmac
import uuid
from collections.abc import Iterator
from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, Form, Header, HTTPException
from sqlmodel import Session, create_engine, select

from benchmarks.peers import steps, tokens
from benchmarks.peers.environment import DATABASE, JWKS, POOL, SCHEMA, digest
from benchmarks.peers.shapes import (
    PRIORITIES,
    Principal,
    ProgressIn,
    Task,
    TaskIn,
    TaskOut,
    entry,
    out,
)

engine = create_engine(
    "postgresql+psycopg://{user}@/{database}".format(**DATABASE),
    connect_args={"host": DATABASE["host"], "options": f"-csearch_path={SCHEMA}"},
    pool_size=POOL,
    max_overflow=0,
    pool_timeout=30,
)


def session() -> Iterator[Session]:
    """Open a session for one request."""
    with Session(engine) as opened:
        yield opened


Db = Annotated[Session, Depends(session)]


def caller(db: Db, authorization: Annotated[str, Header()] = "") -> Principal:
    """Return who calls: the token's subject, looked up."""
    try:
        claims = tokens.verify(authorization)
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, "invalid token") from error
    found = db.get(Principal, claims["sub"])
    if found is None or not found.is_active:
        raise HTTPException(401, "unknown principal")
    return found


Caller = Annotated[Principal, Depends(caller)]


def build(*, one_transaction: bool) -> FastAPI:
    """Return the service; the change and its audit row commit together or one after the other."""
    app = FastAPI()
    _reading(app)
    _issuing(app)
    _writing(app, one_transaction=one_transaction)
    return app


def _writing(app: FastAPI, *, one_transaction: bool) -> None:
    lock = {"with_for_update": True} if one_transaction else {}

    @app.post("/api/tasks", status_code=201, response_model=TaskOut)
    def create(body: TaskIn, db: Db, who: Caller) -> TaskOut:
        members = {**body.model_dump(), "priority": PRIORITIES.index(body.priority)}
        task = Task(**members, created_by=who.id, created_at=steps.now(), updated_at=steps.now())
        return _store(db, task, who, "task.created", one_transaction=one_transaction)

    @app.post("/api/tasks/{task_id}/{verb}", response_model=TaskOut)
    def step(
        task_id: int, verb: str, db: Db, who: Caller, body: ProgressIn | None = None
    ) -> TaskOut:
        action, change = steps.STEPS[verb]
        task = db.get(Task, task_id, **lock)
        if task is None:
            raise HTTPException(404, "no such task")
        try:
            change(task, who.id, body.percent if body else None)
        except steps.Refused as refused:
            raise HTTPException(400, str(refused)) from refused
        steps.touch(task)
        return _store(db, task, who, action, one_transaction=one_transaction)


def _store(
    db: Session, task: Task, who: Principal, action: str, *, one_transaction: bool
) -> TaskOut:
    db.add(task)
    db.flush() if one_transaction else db.commit()
    db.refresh(task)
    answer = out(task)
    db.add(entry(action, task, who, uuid.uuid4().hex))
    db.commit()
    return answer


def _reading(app: FastAPI) -> None:
    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "healthy"}

    @app.get("/.well-known/jwks.json")
    def jwks() -> dict[str, Any]:
        return JWKS

    @app.get("/api/tasks", response_model=list[TaskOut])
    def tasks(db: Db, _: Caller, limit: int = 50) -> list[TaskOut]:
        return [out(task) for task in db.exec(select(Task).order_by(Task.id.desc()).limit(limit))]

    @app.get("/api/tasks/{task_id}", response_model=TaskOut)
    def task(task_id: int, db: Db, _: Caller) -> TaskOut:
        found = db.get(Task, task_id)
        if found is None:
            raise HTTPException(404, "no such task")
        return out(found)


def _issuing(app: FastAPI) -> None:
    @app.post("/oauth/token")
    def token(
        db: Db, client_id: Annotated[str, Form()], client_secret: Annotated[str, Form()]
    ) -> dict[str, Any]:
        found = db.exec(select(Principal).where(Principal.client_id == client_id)).first()
        if found is None or not hmac.compare_digest(found.secret_digest, digest(client_secret)):
            raise HTTPException(401, "invalid client")
        return tokens.mint(found.id, found.role, found.actor_type, client_id)
