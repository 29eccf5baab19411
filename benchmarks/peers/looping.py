"""FastAPI + SQLAlchemy async + asyncpg: one transaction and a row lock, on an event loop."""

import hmac
import uuid
from collections.abc import AsyncIterator
from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, Form, Header, HTTPException
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlmodel import select

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

engine = create_async_engine(
    "postgresql+asyncpg://",
    connect_args={**DATABASE, "server_settings": {"search_path": SCHEMA}},
    pool_size=POOL,
    max_overflow=0,
    pool_timeout=30,
)
app = FastAPI()


async def session() -> AsyncIterator[AsyncSession]:
    """Open a session for one request."""
    async with AsyncSession(engine, expire_on_commit=False) as opened:
        yield opened


Db = Annotated[AsyncSession, Depends(session)]


async def caller(db: Db, authorization: Annotated[str, Header()] = "") -> Principal:
    """Return who calls: the token's subject, looked up."""
    try:
        claims = tokens.verify(authorization)
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, "invalid token") from error
    found = await db.get(Principal, claims["sub"])
    if found is None or not found.is_active:
        raise HTTPException(401, "unknown principal")
    return found


Caller = Annotated[Principal, Depends(caller)]


@app.get("/health")
async def health() -> dict[str, str]:
    """Tell that the process lives."""
    return {"status": "healthy"}


@app.get("/.well-known/jwks.json")
async def jwks() -> dict[str, Any]:
    """Publish the keys."""
    return JWKS


@app.get("/api/tasks", response_model=list[TaskOut])
async def tasks(db: Db, _: Caller, limit: int = 50) -> list[TaskOut]:
    """List the newest tasks."""
    found = await db.execute(select(Task).order_by(Task.id.desc()).limit(limit))
    return [out(task) for task in found.scalars()]


@app.get("/api/tasks/{task_id}", response_model=TaskOut)
async def task(task_id: int, db: Db, _: Caller) -> TaskOut:
    """Show one task."""
    found = await db.get(Task, task_id)
    if found is None:
        raise HTTPException(404, "no such task")
    return out(found)


@app.post("/api/tasks", status_code=201, response_model=TaskOut)
async def create(body: TaskIn, db: Db, who: Caller) -> TaskOut:
    """Make a task."""
    members = {**body.model_dump(), "priority": PRIORITIES.index(body.priority)}
    made = Task(**members, created_by=who.id, created_at=steps.now(), updated_at=steps.now())
    db.add(made)
    return await _store(db, made, who, "task.created")


@app.post("/api/tasks/{task_id}/{verb}", response_model=TaskOut)
async def step(
    task_id: int, verb: str, db: Db, who: Caller, body: ProgressIn | None = None
) -> TaskOut:
    """Take a step."""
    action, change = steps.STEPS[verb]
    found = await db.get(Task, task_id, with_for_update=True)
    if found is None:
        raise HTTPException(404, "no such task")
    try:
        change(found, who.id, body.percent if body else None)
    except steps.Refused as refused:
        raise HTTPException(400, str(refused)) from refused
    steps.touch(found)
    return await _store(db, found, who, action)


@app.post("/oauth/token")
async def token(
    db: Db, client_id: Annotated[str, Form()], client_secret: Annotated[str, Form()]
) -> dict[str, Any]:
    """Mint a token for a client."""
    asked = await db.execute(select(Principal).where(Principal.client_id == client_id))
    found = asked.scalars().first()
    if found is None or not hmac.compare_digest(found.secret_digest, digest(client_secret)):
        raise HTTPException(401, "invalid client")
    return tokens.mint(found.id, found.role, found.actor_type, client_id)


async def _store(db: AsyncSession, task: Task, who: Principal, action: str) -> TaskOut:
    await db.flush()
    await db.refresh(task)
    answer = out(task)
    db.add(entry(action, task, who, uuid.uuid4().hex))
    await db.commit()
    return answer
