using LoraFaaS.Engine.Cpu.Assembling;

namespace LoraFaaS.Engine.Cpu.Kernels.Int8;

/// <summary>vpdpbusd on 256-bit registers, in assembled tiles: processors that have AVX-VNNI and no AVX-512.</summary>
internal sealed unsafe class AvxVnniInt8Kernels : Avx2Int8Kernels
{
    /// <summary>One panel by up to three tokens; two panels where there is one token, so that four sums are under way.</summary>
    private const int MaxTokens = 3;

    private static readonly Lazy<KernelCode> Vex = new(() => KernelCode.Assemble([.. Forms(isVex: true)]));
    private static readonly Lazy<KernelCode> Evex = new(() => KernelCode.Assemble([.. Forms(isVex: false)]));

    private readonly nint[] _byTokens = new nint[MaxTokens + 1];
    private readonly nint _twoPanels;
    private readonly bool _isVex;

    /// <param name="isVex">See <see cref="AvxVnniTile"/>.</param>
    public AvxVnniInt8Kernels(bool isVex = true)
    {
        _isVex = isVex;
        var code = (isVex ? Vex : Evex).Value;
        _twoPanels = code[new AvxVnniTile(2, 1, isVex)];
        for (var tokens = 1; tokens <= MaxTokens; tokens++)
        {
            _byTokens[tokens] = code[new AvxVnniTile(1, tokens, isVex)];
        }
    }

    public override string Name => _isVex ? "avx-vnni" : "avx-vnni as avx512vl";

    public static IEnumerable<AvxVnniTile> Forms(bool isVex) =>
        [.. Enumerable.Range(1, MaxTokens).Select(tokens => new AvxVnniTile(1, tokens, isVex)), new AvxVnniTile(2, 1, isVex)];

    public override void Multiply(in Int8Product product)
    {
        var panel = 0;
        for (; product.Tokens == 1 && panel <= product.Panels - 2; panel += 2)
        {
            Call(_twoPanels, product.At(panel, 0));
        }

        for (; panel < product.Panels; panel++)
        {
            for (var token = 0; token < product.Tokens; token += MaxTokens)
            {
                Call(_byTokens[Math.Min(MaxTokens, product.Tokens - token)], product.At(panel, token));
            }
        }
    }

    /// <summary>A tile's time is bounded (a few ten thousand cycles), so the collector can wait for it: no transition.</summary>
    private static void Call(nint entry, Int8Product tile) =>
        ((delegate* unmanaged[SuppressGCTransition]<Int8Product*, void>)entry)(&tile);
}
