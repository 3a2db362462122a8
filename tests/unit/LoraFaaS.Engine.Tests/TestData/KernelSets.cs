using LoraFaaS.Engine.Cpu.Kernels;

namespace LoraFaaS.Engine.Tests.TestData;

/// <summary>Every kernel set that this machine runs, by arithmetic; each has its plain form first.</summary>
internal static class KernelSets
{
    public static IReadOnlyList<KernelChoice> Exact { get; } = OfFamily(KernelChoice.Scalar);

    public static IReadOnlyList<KernelChoice> BFloat16 { get; } = OfFamily(KernelChoice.ScalarBF16);

    /// <summary>The fastest of each arithmetic.</summary>
    public static IReadOnlyList<KernelChoice> Fastest { get; } = [CpuKernels.Resolve(KernelChoice.Exact), BFloat16[^1]];

    public static CpuKernels TwinOf(KernelChoice form) => CpuKernels.Choose(BFloat16.Contains(form) ? BFloat16[0] : Exact[0]);

    /// <summary>Whether it is a form of its own that this machine runs, and not the fastest of some.</summary>
    public static bool Runs(KernelChoice choice)
    {
        try
        {
            return CpuKernels.Resolve(choice) == choice;
        }
        catch (PlatformNotSupportedException)
        {
            return false;
        }
    }

    private static KernelChoice[] OfFamily(KernelChoice plain) =>
    [
        plain,
        .. Enum.GetValues<KernelChoice>().Where(choice => choice != plain && Runs(choice) && KernelNames.FamilyOf(choice) == KernelNames.FamilyOf(plain)),
    ];
}
