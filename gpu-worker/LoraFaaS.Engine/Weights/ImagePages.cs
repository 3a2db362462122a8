using System.Runtime.InteropServices;

namespace LoraFaaS.Engine.Weights;

/// <summary>The pages of an image that is being filled.</summary>
internal static partial class ImagePages
{
    private const int PopulateWrite = 23;

    /// <summary>
    /// Gives a range its pages in one call instead of a fault each (madvise(2), MADV_POPULATE_WRITE, Linux 5.14). A kernel that cannot is no matter:
    /// the first writes do it then.
    /// </summary>
    public static void Populate(nint address, long bytes)
    {
        var first = address / Environment.SystemPageSize * Environment.SystemPageSize;
        _ = madvise(first, (nuint)(address + bytes - first), PopulateWrite);
    }

    [LibraryImport("libc")]
    private static partial int madvise(nint address, nuint length, int advice);
}
