namespace GoGoScope;

internal static class Placeholder;
