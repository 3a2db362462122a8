using System.Diagnostics;
using System.Runtime.InteropServices;
using LoraFaaS.Engine;
using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu.Kernels;
using LoraFaaS.Engine.Cpu.Kernels.Tiles;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Bench.Inference;

/// <summary>The matrix kernel alone on one thread, on a block as a prefill cuts it: what a step loses elsewhere is the difference to this.</summary>
internal sealed unsafe class PanelProduct : IDisposable
{
    private const int Panels = 32;

    private readonly CpuKernels _kernels = CpuKernels.Choose(KernelChoice.Auto);
    private readonly TileArguments _product;
    private readonly double _operations;

    public PanelProduct(int columns, int tokens)
    {
        var inputStride = Activations.StrideFor(columns);
        var outputStride = Activations.StrideFor(Panels * PanelLayout.PanelRows);
        _product = new TileArguments
        {
            Weights = (byte*)NativeMemory.AlignedAlloc((nuint)PanelLayout.Bytes(PackedDtype.BF16, Panels * PanelLayout.PanelRows, columns), 4096),
            PanelStride = (nint)PanelLayout.PanelBytes(PackedDtype.BF16, columns),
            Panels = Panels,
            Lines = PanelLayout.LinesFor(PackedDtype.BF16, columns),
            Input = NativeMemory.AlignedAlloc((nuint)(tokens * inputStride * sizeof(float)), 4096),
            InputStride = inputStride * sizeof(float),
            Tokens = tokens,
            Output = (float*)NativeMemory.AlignedAlloc((nuint)(tokens * outputStride * sizeof(float)), 4096),
            OutputStride = outputStride,
        };
        NativeMemory.Clear(_product.Weights, (nuint)PanelLayout.Bytes(PackedDtype.BF16, Panels * PanelLayout.PanelRows, columns));
        NativeMemory.Clear(_product.Input, (nuint)(tokens * inputStride * sizeof(float)));
        _operations = 2.0 * Panels * PanelLayout.PanelRows * columns * tokens;
    }

    /// <summary>Operations a second of the best of so many products: a millisecond each, so that some run undisturbed on any machine.</summary>
    public double Best(int products)
    {
        var best = double.MaxValue;
        for (var i = 0; i < products; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            _kernels.Multiply(PackedDtype.BF16, _kernels.InputFor(PackedDtype.BF16), _product);
            best = Math.Min(best, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }

        return _operations / best;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_product.Weights);
        NativeMemory.AlignedFree(_product.Input);
        NativeMemory.AlignedFree(_product.Output);
    }
}
