using System.Runtime.CompilerServices;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

internal unsafe struct OneToken<TPanels> : ITokens<TPanels>
    where TPanels : struct, IPanels<TPanels>
{
    private TPanels _panels;

    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Load(float* at, nint stride) => _panels = TPanels.Load(at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* at, nint stride) => _panels.Store(at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(TPanels weights, byte* input, nint stride) => _panels.Add(weights, (float*)input);
}
