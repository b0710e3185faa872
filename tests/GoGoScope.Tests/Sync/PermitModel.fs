/// What permits are, in the plainest words: the model that the tests hold the library against.
namespace GoGoScope.Tests.Sync

/// Who waits: the higher priority first, equals in the order of their coming.
type Waiting = { Id: int; Count: int; Priority: int }

type PermitModel = {
    Free: int
    Total: int
    Line: Waiting list
    /// By the number of who holds them.
    Held: Map<int, int>
}

[<RequireQualifiedAccess>]
module PermitModel =

    let start total = {
        Free = total
        Total = total
        Line = []
        Held = Map.empty
    }

    /// Only the first in line is ever served.
    let rec private serve (model: PermitModel) =
        match model.Line with
        | first :: others when first.Count <= model.Free ->
            serve {
                model with
                    Free = model.Free - first.Count
                    Line = others
                    Held = Map.add first.Id first.Count model.Held
            }
        | _ -> model

    let acquire (who: Waiting) (model: PermitModel) =
        let before, behind =
            model.Line |> List.partition (fun other -> other.Priority >= who.Priority)

        serve {
            model with
                Line = before @ [ who ] @ behind
        }

    let leave id (model: PermitModel) =
        serve {
            model with
                Line = model.Line |> List.filter (fun other -> other.Id <> id)
        }

    let release id (model: PermitModel) =
        match Map.tryFind id model.Held with
        | Some count ->
            serve {
                model with
                    Free = model.Free + count
                    Held = Map.remove id model.Held
            }
        | None -> model

    let setTotal total (model: PermitModel) =
        serve {
            model with
                Free = model.Free + total - model.Total
                Total = total
        }
