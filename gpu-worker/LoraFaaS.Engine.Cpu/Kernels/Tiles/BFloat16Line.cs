using System.Runtime.CompilerServices;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>Two bf16 columns of 16 rows.</summary>
internal readonly unsafe struct BFloat16Line : IWeightLine
{
    public static int InputBytes => 2 * sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<TPanels, TTokens>(ref TTokens sums, byte* weights, nint panelStride, byte* input, nint inputStride)
        where TPanels : struct, IPanels<TPanels>
        where TTokens : struct, ITokens<TPanels>
    {
        sums.Add(TPanels.LoadWeights<EvenColumn>(weights, panelStride), input, inputStride);
        sums.Add(TPanels.LoadWeights<OddColumn>(weights, panelStride), input + sizeof(float), inputStride);
    }
}
