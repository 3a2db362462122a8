using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Tests.TestData;

internal static class Shapes
{
    public static BackboneShape Demo { get; } = new()
    {
        Architecture = "Llama",
        Vocabulary = 2560,
        Hidden = 256,
        Intermediate = 688,
        Layers = 6,
        Heads = 8,
        KvHeads = 4,
        HeadDim = 32,
        MaxPositions = 512,
        NormEpsilon = 1e-5f,
        RopeTheta = 10_000,
        TiedEmbeddings = true,
        HeadNorms = false,
    };
}
