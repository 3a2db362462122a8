using System.Runtime.CompilerServices;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>Some tokens, and after them some more.</summary>
internal unsafe struct MoreTokens<TPanels, TFirst, TMore> : ITokens<TPanels>
    where TPanels : struct, IPanels<TPanels>
    where TFirst : struct, ITokens<TPanels>
    where TMore : struct, ITokens<TPanels>
{
#pragma warning disable CS0649 // Never assigned: they change in place.
    private TFirst _first;
    private TMore _more;
#pragma warning restore CS0649

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFirst.Count + TMore.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Load(float* at, nint stride)
    {
        _first.Load(at, stride);
        _more.Load(at + TFirst.Count * stride, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* at, nint stride)
    {
        _first.Store(at, stride);
        _more.Store(at + TFirst.Count * stride, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(TPanels weights, byte* input, nint stride)
    {
        _first.Add(weights, input, stride);
        _more.Add(weights, input + TFirst.Count * stride, stride);
    }
}
