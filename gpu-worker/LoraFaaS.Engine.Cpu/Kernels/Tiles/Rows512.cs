using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

internal unsafe struct Rows512 : IRows<Rows512>
{
    private Vector512<float> _rows;

    private Rows512(Vector512<float> rows) => _rows = rows;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Rows512 Load(float* at) => new(Vector512.Load(at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Rows512 LoadEven(byte* line) => new((Vector512.Load((uint*)line) << 16).AsSingle());

    /// <summary>As float32, unlike the even column: of two equal loads the JIT would make one and keep it, in registers that 4 panels × 6 tokens lack.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Rows512 LoadOdd(byte* line) => new(Vector512.Load((float*)line) & Vector512.Create(0xFFFF0000u).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(float* at) => _rows.Store(at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Rows512 weights, float* input) => _rows = Vector512.FusedMultiplyAdd(weights._rows, Vector512.Create(*input), _rows);
}
