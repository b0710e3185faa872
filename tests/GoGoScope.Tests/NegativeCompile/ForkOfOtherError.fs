// FS0193 NetError: the failure of a fork fails the scope, so it has the scope's error type.
module ForkOfOtherError

open GoGoScope

type DbError = NoRow of Id: int
type NetError = Refused of Host: string

type AppError =
    | Db of DbError
    | Net of NetError

    static member From(error: DbError) = Db error
    static member From(error: NetError) = Net error

let ask: Scoped<int, NetError> = scope { return 1 }

let work: Scoped<int, DbError> = scope {
#if REFUSED
    let! child = fork ask
#else
    let! child = ask |> Scoped.mapError (fun _ -> NoRow 1) |> fork
#endif
    return! child
}
