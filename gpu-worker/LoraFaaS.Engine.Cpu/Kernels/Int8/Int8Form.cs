namespace LoraFaaS.Engine.Cpu.Kernels.Int8;

/// <summary>The forms of the int8 product. All give the same bits.</summary>
internal enum Int8Form
{
    Scalar = 0,
    Avx2 = 1,
    AvxVnni = 2,
    Avx512 = 3,
    Avx512Vnni = 4,
}
