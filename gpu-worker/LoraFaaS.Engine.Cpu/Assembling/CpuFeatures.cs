using System.Runtime.Intrinsics.X86;

namespace LoraFaaS.Engine.Cpu.Assembling;

/// <summary>
/// Instruction sets that .NET's intrinsics do not speak of. The processor's word alone does not do: the runtime's check that the operating
/// system keeps 512-bit registers (<see cref="Avx512F"/>) is asked first, and a user who turned AVX-512 off for the runtime gets none here.
/// </summary>
internal static class CpuFeatures
{
    private const int Extended = 7;

    /// <summary>vdpbf16ps: leaf 7, part 1, EAX bit 5.</summary>
    public static bool HasAvx512BFloat16 { get; } = HasWide && Reads(Extended, 1).Eax >> 5 is var bits && (bits & 1) != 0;

    /// <summary>vpdpbusd on 512-bit registers: leaf 7, part 0, ECX bit 11.</summary>
    public static bool HasAvx512Vnni { get; } = HasWide && Reads(Extended, 0).Ecx >> 11 is var bits && (bits & 1) != 0;

    /// <summary>vpdpbusd on 256-bit registers (AVX-VNNI): leaf 7, part 1, EAX bit 4.</summary>
    public static bool HasAvxVnni { get; } = Avx2.IsSupported && Reads(Extended, 1).Eax >> 4 is var bits && (bits & 1) != 0;

    private static bool HasWide => Avx512F.IsSupported && Avx512BW.IsSupported && Avx512F.VL.IsSupported;

    private static (int Eax, int Ebx, int Ecx, int Edx) Reads(int leaf, int part)
    {
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < leaf)
        {
            return default;
        }

        // Part 0 says how many parts the leaf has.
        return part <= X86Base.CpuId(leaf, 0).Eax ? X86Base.CpuId(leaf, part) : default;
    }
}
