using System.Runtime.Intrinsics.X86;
using LoraFaaS.Engine.Cpu.Assembling;

namespace LoraFaaS.Engine.Cpu.Kernels.Int8;

/// <summary>What of a CPU decides which form of the int8 product it runs.</summary>
internal readonly record struct Int8Features(bool Avx2, bool AvxVnni, bool Avx512, bool Avx512Vnni)
{
    public static Int8Features Here => new(
        System.Runtime.Intrinsics.X86.Avx2.IsSupported && Fma.IsSupported, CpuFeatures.HasAvxVnni, Avx512BW.IsSupported, CpuFeatures.HasAvx512Vnni);

    /// <summary>The fastest form, or the fastest of the width asked for.</summary>
    public Int8Form FormFor(KernelChoice choice) => choice switch
    {
        KernelChoice.Scalar or KernelChoice.ScalarBF16 => Int8Form.Scalar,
        KernelChoice.Avx512 when Avx512 => Int8Form.Avx512,
        not KernelChoice.Avx2 when Avx512Vnni => Int8Form.Avx512Vnni,
        not KernelChoice.Avx2 when Avx512 => Int8Form.Avx512,
        _ when AvxVnni => Int8Form.AvxVnni,
        _ when Avx2 => Int8Form.Avx2,
        _ => Int8Form.Scalar,
    };
}
