using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu.Kernels.Tiles;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Cpu.Kernels;

/// <summary>512-bit panel products; what is not a product runs 256 bits wide, since it is bound by exp and memory, not by width.</summary>
internal unsafe class Avx512Kernels : Avx2Kernels
{
    public override string Name => "avx512";

    public override void Multiply(PackedDtype weights, ActivationType input, in TileArguments product)
    {
        if (weights is PackedDtype.BF16)
        {
            Avx512Tiling.Run<BFloat16Line>(product);
        }
        else
        {
            Avx512Tiling.Run<SingleLine>(product);
        }
    }
}
