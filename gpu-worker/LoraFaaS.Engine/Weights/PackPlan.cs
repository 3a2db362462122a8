using System.Text.Json;
using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Configuration;
using LoraFaaS.Checkpoints.Safetensors;

namespace LoraFaaS.Engine.Weights;

/// <summary>Where every tensor of a checkpoint goes in its image: header, tensors, manifest.</summary>
internal sealed record PackPlan
{
    public required IReadOnlyList<PackStep> Steps { get; init; }

    public required byte[] Manifest { get; init; }

    public required ImageHeader Header { get; init; }

    public static PackPlan For(Checkpoint checkpoint, PackPrecision precision)
    {
        var shape = ShapeOf(checkpoint.Config);
        var steps = new List<PackStep>();
        var end = (long)ImageHeader.Bytes;

        foreach (var slot in BackboneSlots.Of(shape))
        {
            if (checkpoint.Tensors.Find(SourceNames.Of(slot.Name)) is not { } source)
            {
                if (slot.Optional)
                {
                    continue;
                }

                throw new InvalidDataException($"The checkpoint lacks '{SourceNames.Of(slot.Name)}'.");
            }

            var step = StepFor(slot, source, precision, end);
            steps.Add(step);
            end = step.Target.Offset + step.Target.Bytes();
        }

        var manifest = JsonSerializer.SerializeToUtf8Bytes(
            new BackboneManifest { Shape = shape, Tensors = [.. steps.Select(s => s.Target)] }, ImageJson.Default.BackboneManifest);

        return new PackPlan
        {
            Steps = steps,
            Manifest = manifest,
            Header = new ImageHeader(
                ImageHeader.BackboneMagic, ImageHeader.CurrentVersion, PanelLayout.Number,
                end + manifest.Length, end, manifest.Length, ImageHeader.Bytes, end - ImageHeader.Bytes),
        };
    }

    private static PackStep StepFor(in BackboneSlot slot, TensorInfo source, PackPrecision precision, long end)
    {
        var layout = slot.IsVector || slot.IsTable ? TensorLayout.Rows : TensorLayout.Panels;
        var alignment = slot.IsVector ? BackboneImage.VectorAlignment : BackboneImage.MatrixAlignment;

        return new PackStep(source, new PackedTensor
        {
            Name = slot.Name,
            Dtype = slot.IsVector ? PackedDtype.F32 : ElementConverter.PackedTypeOf(source.Type, precision),
            Layout = layout,
            Rows = slot.Rows,
            Columns = slot.Columns,
            Offset = (end + alignment - 1) / alignment * alignment,
        });
    }

    private static BackboneShape ShapeOf(ModelConfig config) => new()
    {
        Architecture = config.Architecture.ToString(),
        Vocabulary = config.VocabSize,
        Hidden = config.HiddenSize,
        Intermediate = config.IntermediateSize,
        Layers = config.Layers,
        Heads = config.Heads,
        KvHeads = config.KvHeads,
        HeadDim = config.HeadDim,
        MaxPositions = config.MaxPositions,
        NormEpsilon = (float)config.RmsNormEps,
        RopeTheta = config.RopeTheta,
        RopeScaling = config.RopeScaling switch
        {
            Checkpoints.Configuration.RopeScaling.Linear linear => new RopeScaling { Kind = RopeScalingKind.Linear, Factor = (float)linear.Factor },
            Checkpoints.Configuration.RopeScaling.Llama3 llama3 => new RopeScaling
            {
                Kind = RopeScalingKind.Llama3,
                Factor = (float)llama3.Factor,
                LowFrequencyFactor = (float)llama3.LowFrequencyFactor,
                HighFrequencyFactor = (float)llama3.HighFrequencyFactor,
                OriginalMaxPositions = llama3.OriginalMaxPositions,
            },
            _ => null,
        },
        TiedEmbeddings = config.TieWordEmbeddings,
        HeadNorms = config.QkNorm,
    };
}
