using System.Runtime.CompilerServices;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>The second of a line's two bf16 columns.</summary>
internal readonly unsafe struct OddColumn : IColumn
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRows Load<TRows>(byte* line)
        where TRows : struct, IRows<TRows> => TRows.LoadOdd(line);
}
