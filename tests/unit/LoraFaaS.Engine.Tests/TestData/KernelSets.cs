using System.Runtime.Intrinsics.X86;
using LoraFaaS.Engine.Cpu.Assembling;
using LoraFaaS.Engine.Cpu.Kernels;

namespace LoraFaaS.Engine.Tests.TestData;

/// <summary>The kernel sets that this machine runs, by arithmetic; each has its plain form first.</summary>
internal static class KernelSets
{
    public static IReadOnlyList<KernelChoice> Exact { get; } =
    [
        KernelChoice.Scalar,
        .. Avx2.IsSupported && Fma.IsSupported ? [KernelChoice.Avx2] : Array.Empty<KernelChoice>(),
        .. Avx512F.IsSupported ? [KernelChoice.Avx512] : Array.Empty<KernelChoice>(),
    ];

    public static IReadOnlyList<KernelChoice> BFloat16 { get; } =
    [
        KernelChoice.ScalarBF16,
        .. CpuFeatures.HasAvx512BFloat16 ? [KernelChoice.Avx512BF16] : Array.Empty<KernelChoice>(),
    ];

    /// <summary>The fastest of each arithmetic.</summary>
    public static IReadOnlyList<KernelChoice> Fastest { get; } = [Exact[^1], BFloat16[^1]];

    public static CpuKernels TwinOf(KernelChoice form) => CpuKernels.Choose(BFloat16.Contains(form) ? BFloat16[0] : Exact[0]);
}
