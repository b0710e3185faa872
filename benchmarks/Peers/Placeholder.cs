namespace GoGoScope.Peers;

/// <summary>Stands in until the hand-written peers arrive.</summary>
public static class Placeholder;
