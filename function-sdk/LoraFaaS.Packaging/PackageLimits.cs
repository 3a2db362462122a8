namespace LoraFaaS.Packaging;

/// <summary>How large a package of code may be. Every handler holds a copy of its own, so these are per running function too.</summary>
public static class PackageLimits
{
    /// <summary>All files together, and the archive with them.</summary>
    public const long MaxBytes = 64L << 20;

    public const int MaxFiles = 2_000;

    /// <summary>A path's length in characters: what the oldest tar header holds without tricks.</summary>
    public const int MaxPath = 100;
}
