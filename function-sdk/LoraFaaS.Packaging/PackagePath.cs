using System.Diagnostics.CodeAnalysis;

namespace LoraFaaS.Packaging;

/// <summary>A path inside a package: relative, with forward slashes, and nothing in it that could lead anywhere else on any file system.</summary>
public static class PackagePath
{
    /// <summary>True with the path, without a leading <c>./</c>, when it may be written below a folder as it is.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out string? path)
    {
        ArgumentNullException.ThrowIfNull(text);
        path = null;
        var relative = text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text;

        if (relative.Length is 0 or > PackageLimits.MaxPath || !relative.Split('/').All(IsName))
        {
            return false;
        }

        path = relative;
        return true;
    }

    private static bool IsName(string segment) =>
        segment.Length > 0 && segment is not ("." or "..") && segment.All(c => c is > ' ' and < (char)0x7f and not ('\\' or ':') || c == ' ') && segment[^1] != ' ';
}
