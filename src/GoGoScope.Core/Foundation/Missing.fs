namespace GoGoScope

/// The kernel's nodes are linked by fields that are empty at first. These say so without an option for each link.
module internal Missing =

    /// A reference that is not there yet.
    let inline nothing<'T when 'T: not struct> : 'T = Unchecked.defaultof<'T>

    let inline isMissing (value: 'T when 'T: not struct) = obj.ReferenceEquals(value, null)

    let inline isThere (value: 'T when 'T: not struct) = not (obj.ReferenceEquals(value, null))
