namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope.CompilerServices
open GoGoScope.Missing

/// A live tree as it was found: the top, how many scopes there were, and when.
[<Struct; NoComparison; NoEquality>]
type internal TreeView = {
    Top: TreeLine
    Scopes: int
    Time: DateTimeOffset
}

/// Reads a live tree. Each scope's children and waits are copied under its gate, in which nothing is called; everything
/// else is read without a lock, so the tree goes on meanwhile. Nothing here is recursive: trees may be deeper than the stack.
[<Sealed>]
type internal TreeScan() =
    let sites = Dictionary<struct (string * int), string>()
    let kinds: string array = Array.zeroCreate 256
    let links = List<CancelLink>()
    let mutable lastWaits: string array = Array.Empty()
    let mutable clock: TimeProvider = nothing
    let mutable now = 0L

    // one time for the whole picture, for each clock in it
    let nowOf (scope: Scope) =
        if not (obj.ReferenceEquals(clock, scope.Clock)) then
            clock <- scope.Clock
            now <- clock.GetTimestamp()

        now

    let kindOf (scope: Scope) =
        let number = int scope.Kind

        if isMissing kinds[number] then
            kinds[number] <- scope.Kind.ToString().ToLowerInvariant()

        kinds[number]

    let siteOf (scope: Scope) =
        if isMissing scope.File || scope.File = "" then
            ""
        else
            let key = struct (scope.File, scope.Line)

            match sites.TryGetValue key with
            | true, site -> site
            | _ ->
                let site = scope.Site
                sites[key] <- site
                site

    let cleans (scope: Scope) =
        isThere scope.Extra && isThere scope.Extra.Cleanups

    /// A scope that has closed is cleaning up, or stopping its daemons, or on its last steps.
    let stateOf (scope: Scope) =
        if Volatile.Read(&scope.Ended) then
            TreeState.Ended
        elif scope.Count.IsClosed && (cleans scope || scope.HasLiveChildren) then
            TreeState.CleaningUp
        elif scope.Count.IsClosed then
            TreeState.Ended
        elif scope.Count.BodyRuns then
            TreeState.Running
        else
            TreeState.Waiting

    /// What somebody waits for who waits for that.
    let rec whatOf (source: obj | null) : string =
        match source with
        | null -> ""
        | :? ScopeNode as node when (isOwn node) -> (ownerOf node).Name
        | :? IPassesOn as wait -> whatOf wait.Inner
        | :? CancelLink as link -> link.What
        | :? Task -> "a task"
        | _ -> ""

    and ownerOf (node: ScopeNode) : Scope =
        nonNull (System.Runtime.CompilerServices.Unsafe.As<Scope> node.Owner)

    /// Otherwise it is the home of a block that is bound in somebody else's scope.
    and isOwn (node: ScopeNode) =
        obj.ReferenceEquals((ownerOf node).Node, node)

    let pendingOf (scope: Scope) : obj | null =
        let body =
            if isThere scope.Extra && isThere scope.Extra.Body then
                scope.Extra.Body
            else
                scope.Node

        if isMissing body then null else body.Pending

    let waitsOf (scope: Scope) : string array =
        links.Clear()
        let mutable joins = 0
        scope.Enter()
        scope.Parked.CopyTo links

        if isThere scope.Extra then
            let mutable join = scope.Extra.Joins

            while isThere join do
                joins <- joins + 1
                join <- join.After

        scope.Exit()
        let pending = pendingOf scope

        // most wait for one thing, if any
        if joins = 0 && links.Count <= 1 then
            let what =
                match whatOf pending with
                | "" when links.Count = 1 -> links[0].What
                | what -> what

            if what = "" then
                Array.Empty()
            else
                // equal siblings wait for the same
                if lastWaits.Length = 0 || lastWaits[0] <> what then
                    lastWaits <- [| what |]

                lastWaits
        else
            let found = [
                if not (links.Exists(fun link -> obj.ReferenceEquals(link, pending))) then
                    whatOf pending

                for index in links.Count - 1 .. -1 .. 0 do
                    links[index].What

                for _ in 1..joins do
                    "the end of its children"
            ]

            [|
                for what, count in List.countBy id found do
                    if what <> "" then
                        if count = 1 then what else $"{what} x {count}"
            |]

    let permitsOf (scope: Scope) : string array =
        if isMissing scope.Extra || isMissing scope.Extra.Permits then
            Array.Empty()
        else
            let permits = scope.Extra.Permits

            [|
                for limit in Array.truncate permits.Taken permits.Limits do
                    match limit.Owner with
                    | :? Scope as owner -> $"a permit of {owner.Name}"
                    | _ -> "a permit"
            |]

    let limitOf (scope: Scope) : ConcurrencyLimit =
        let limit = scope.Environment.Limit

        if isThere limit && obj.ReferenceEquals(limit.Owner, scope) then
            limit
        else
            nothing

    let secondsSince (scope: Scope) (time: int64) =
        max 0. (scope.Clock.GetElapsedTime(time, nowOf scope)).TotalSeconds

    /// A child without options costs no look at the clock when it begins; that it was in an earlier picture tells something.
    let age (entry: TreeEntry) (looks: struct (int * int64) array) =
        let scope = entry.Scope
        let extra = scope.Extra

        if isThere extra && extra.Born <> ScopeExtra.Never then
            entry.Age <- secondsSince scope extra.Born
        else
            let mutable index = 0

            while index < looks.Length do
                let struct (newest, time) = looks[index]
                index <- index + 1

                if newest - scope.Seq >= 0 then
                    entry.Age <- secondsSince scope.Parent time
                    entry.AgeIsLeast <- true
                    index <- looks.Length

    /// The pictures in which its children may have been.
    let looksOf (scope: Scope) : struct (int * int64) array =
        if isMissing scope || isMissing scope.Extra then
            Array.Empty()
        else
            match scope.Extra.Looks with
            | null -> Array.Empty()
            | looks -> looks.All

    let leftOf (scope: Scope) (above: float) =
        let own = scope.LeftOfOwn

        let own =
            if own = TimeSpan.MaxValue then
                Double.PositiveInfinity
            else
                max 0. own.TotalSeconds

        if scope.Shielded then own else min own above

    let entryOf (scope: Scope) (state: TreeState) (left: float) looks =
        let entry = TreeEntry(scope, kindOf scope)
        entry.State <- state
        entry.Left <- left
        entry.Site <- siteOf scope

        if state <> TreeState.Ended && scope.IsCancelled then
            entry.Reason <- $"{scope.StopReason}"

        if state <> TreeState.Ended then
            entry.Permits <- permitsOf scope
            entry.Limit <- limitOf scope

        if state = TreeState.Running then
            entry.Waits <- waitsOf scope

        age entry looks
        entry

    let addKids (entry: TreeEntry) =
        let scope = entry.Scope
        let newest = scope.NewestSeq
        let live = scope.Children()
        let kids = List<TreeEntry>(live.Count)
        let looks = looksOf scope
        let mutable unborn = false

        for kid in live do
            match stateOf kid with
            | TreeState.Ended -> ()
            | state ->
                let kid = entryOf kid state (leftOf kid entry.Left) looks
                unborn <- unborn || kid.Age < 0. || kid.AgeIsLeast
                kids.Add kid

        if unborn then
            scope.Rare.AddLook(newest, scope.Clock.GetTimestamp())

        entry.Kids <- kids

    /// The tree below a scope, grouped.
    member _.Read(top: Scope) : TreeView =
        let left = top.Remaining

        let left =
            if left = Timeout.InfiniteTimeSpan then
                Double.PositiveInfinity
            else
                left.TotalSeconds

        let entries = List<TreeEntry>()
        entries.Add(entryOf top (stateOf top) left (looksOf top.Parent))
        let mutable index = 0

        while index < entries.Count do
            addKids entries[index]
            entries.AddRange entries[index].Kids
            index <- index + 1

        let groups = TreeGroups()

        for index in entries.Count - 1 .. -1 .. 0 do
            groups.Close entries[index]

        {
            Top = TreeLine entries[0]
            Scopes = entries.Count
            Time = top.Clock.GetUtcNow()
        }
