using System.Globalization;
using LoraFaaS.Linux.Memory;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Bench.Contention;

/// <summary>A shared page that another process of ours has open, by that process's descriptor.</summary>
internal static class ForeignPage
{
    public static SharedPage Open(int process, int descriptor, bool writes) => SharedPage.Open(
        File.OpenHandle(
            string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fd/{descriptor}"),
            FileMode.Open,
            writes ? FileAccess.ReadWrite : FileAccess.Read,
            FileShare.ReadWrite),
        writes ? MemoryAccess.Read | MemoryAccess.Write : MemoryAccess.Read);

    public static int Number(SafeFileHandle descriptor) => (int)descriptor.DangerousGetHandle();
}
