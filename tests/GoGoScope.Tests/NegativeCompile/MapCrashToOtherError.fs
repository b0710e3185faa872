// FS0001 NetError: mapCrash keeps the error type of the work; only mapError changes it.
module MapCrashToOtherError

open GoGoScope

type DbError = NoRow of Id: int
type NetError = Refused of Host: string

type AppError =
    | Db of DbError
    | Net of NetError

    static member From(error: DbError) = Db error
    static member From(error: NetError) = Net error

let ask: Scoped<int, NetError> = scope { return 1 }

#if REFUSED
let work: Scoped<int, DbError> = ask |> Scoped.mapCrash (fun _ -> NoRow 1)
#else
let work: Scoped<int, DbError> = ask |> Scoped.mapError (fun _ -> NoRow 1)
#endif
