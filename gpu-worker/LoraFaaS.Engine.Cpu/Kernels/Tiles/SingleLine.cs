using System.Runtime.CompilerServices;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>One float32 column of 16 rows.</summary>
internal readonly unsafe struct SingleLine : IWeightLine
{
    public static int InputBytes => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<TPanels, TTokens>(ref TTokens sums, byte* weights, nint panelStride, byte* input, nint inputStride)
        where TPanels : struct, IPanels<TPanels>
        where TTokens : struct, ITokens<TPanels> => sums.Add(TPanels.LoadWeights<SingleColumn>(weights, panelStride), input, inputStride);
}
