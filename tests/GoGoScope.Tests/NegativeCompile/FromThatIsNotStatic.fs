// FS10001 From: From must be static.
module FromThatIsNotStatic

open GoGoScope

type DbError = NoRow of Id: int

type AppError =
    | Db of DbError

#if REFUSED
    member _.From(error: DbError) = Db error
#else
    static member From(error: DbError) = Db error
#endif

let work = scopeOf<AppError> {
    let! a = (Ok 1: Result<int, DbError>)
    return a
}
