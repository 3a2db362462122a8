namespace LoraFaaS.Bench.Contention;

/// <summary>What the tenants ask.</summary>
internal static class ContentionPrompts
{
    public const string Short = "the soup was cold and the staff rude";

    public static string Long { get; } = string.Join(' ', Enumerable.Repeat("the soup was cold and the staff rude, and nobody came to ask", 8));
}
