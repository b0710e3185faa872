// FS10001 From: as for a Result, whatever carries the error.
module MissingFromForFunction

open System.Threading
open System.Threading.Tasks
open GoGoScope

type DbError = NoRow of Id: int
type NetError = Refused of Host: string

type AppError =
    | Db of DbError
    | Net of NetError

    static member From(error: DbError) = Db error
#if !REFUSED
    static member From(error: NetError) = Net error
#endif

let ask (host: string) (_: CancellationToken) : Task<Result<int, NetError>> = Task.FromResult(Ok host.Length)

let work () = scopeOf<AppError> {
    let! a = ask "host"
    return a
}
