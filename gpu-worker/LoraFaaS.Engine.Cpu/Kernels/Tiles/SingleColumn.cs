using System.Runtime.CompilerServices;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>A line's one float32 column.</summary>
internal readonly unsafe struct SingleColumn : IColumn
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRows Load<TRows>(byte* line)
        where TRows : struct, IRows<TRows> => TRows.Load((float*)line);
}
