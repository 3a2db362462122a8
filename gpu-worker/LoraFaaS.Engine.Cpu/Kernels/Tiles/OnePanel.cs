using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

internal unsafe struct OnePanel<TRows> : IPanels<OnePanel<TRows>>
    where TRows : struct, IRows<TRows>
{
    private TRows _rows;

    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OnePanel<TRows> Load(float* at) => new() { _rows = TRows.Load(at) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OnePanel<TRows> LoadWeights<TColumn>(byte* line, nint stride)
        where TColumn : struct, IColumn => new() { _rows = TColumn.Load<TRows>(line) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* line, nint stride) => Sse.Prefetch0(line);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* at) => _rows.Store(at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(OnePanel<TRows> weights, float* input) => _rows.Add(weights._rows, input);
}
