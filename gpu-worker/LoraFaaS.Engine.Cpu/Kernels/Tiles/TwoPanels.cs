using System.Runtime.CompilerServices;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>Twice as many panels as <typeparamref name="TPanels"/>.</summary>
internal unsafe struct TwoPanels<TPanels> : IPanels<TwoPanels<TPanels>>
    where TPanels : struct, IPanels<TPanels>
{
    private const int PanelRows = 16;

    private TPanels _first;
    private TPanels _second;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TPanels.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoPanels<TPanels> Load(float* at) =>
        new() { _first = TPanels.Load(at), _second = TPanels.Load(at + TPanels.Count * PanelRows) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoPanels<TPanels> LoadWeights<TColumn>(byte* line, nint stride)
        where TColumn : struct, IColumn => new()
        {
            _first = TPanels.LoadWeights<TColumn>(line, stride),
            _second = TPanels.LoadWeights<TColumn>(line + TPanels.Count * stride, stride),
        };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* line, nint stride)
    {
        TPanels.Prefetch(line, stride);
        TPanels.Prefetch(line + TPanels.Count * stride, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* at)
    {
        _first.Store(at);
        _second.Store(at + TPanels.Count * PanelRows);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(TwoPanels<TPanels> weights, float* input)
    {
        _first.Add(weights._first, input);
        _second.Add(weights._second, input);
    }
}
