using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

internal unsafe struct Rows256 : IRows<Rows256>
{
    private const int Half = 8;

    private Vector256<float> _low;
    private Vector256<float> _high;

    private Rows256(Vector256<float> low, Vector256<float> high)
    {
        _low = low;
        _high = high;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Rows256 Load(float* at) => new(Vector256.Load(at), Vector256.Load(at + Half));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Rows256 LoadEven(byte* line) =>
        new((Vector256.Load((uint*)line) << 16).AsSingle(), (Vector256.Load((uint*)line + Half) << 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Rows256 LoadOdd(byte* line)
    {
        var upper = Vector256.Create(0xFFFF0000u);
        return new((Vector256.Load((uint*)line) & upper).AsSingle(), (Vector256.Load((uint*)line + Half) & upper).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(float* at)
    {
        _low.Store(at);
        _high.Store(at + Half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Rows256 weights, float* input)
    {
        var all = Vector256.Create(*input);
        _low = Vector256.FusedMultiplyAdd(weights._low, all, _low);
        _high = Vector256.FusedMultiplyAdd(weights._high, all, _high);
    }
}
