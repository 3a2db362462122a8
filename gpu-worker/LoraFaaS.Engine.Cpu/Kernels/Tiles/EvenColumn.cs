using System.Runtime.CompilerServices;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>The first of a line's two bf16 columns.</summary>
internal readonly unsafe struct EvenColumn : IColumn
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRows Load<TRows>(byte* line)
        where TRows : struct, IRows<TRows> => TRows.LoadEven(line);
}
