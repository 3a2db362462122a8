using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Models;

/// <summary>A backbone's weights as a backend addresses them.</summary>
internal sealed class ModelWeights
{
    private readonly BackboneImage _image;
    private readonly nint _base;

    public ModelWeights(BackboneImage image, nint deviceBase, AttentionShape attention)
    {
        _image = image;
        _base = deviceBase;
        Embedding = Matrix(BackboneNames.Embedding);
        FinalNorm = Vector(BackboneNames.FinalNorm);
        Head = [new Projection(image.Shape.TiedEmbeddings ? Embedding : Matrix(BackboneNames.Head), 0, 0)];
        Layers = [.. Enumerable.Range(0, image.Shape.Layers).Select(layer => ReadLayer(layer, attention))];
    }

    public PackedMatrix Embedding { get; }

    public nint FinalNorm { get; }

    public Projection[] Head { get; }

    public LayerWeights[] Layers { get; }

    private LayerWeights ReadLayer(int layer, AttentionShape attention)
    {
        string Name(string part) => BackboneNames.InLayer(layer, part);
        Projection Of(string weight, string? bias, int column) => new(Matrix(Name(weight)), bias is null ? 0 : Vector(Name(bias)), column);

        return new LayerWeights
        {
            AttentionNorm = Vector(Name(BackboneNames.AttentionNorm)),
            MlpNorm = Vector(Name(BackboneNames.MlpNorm)),
            QueryNorm = Vector(Name(BackboneNames.QueryNorm)),
            KeyNorm = Vector(Name(BackboneNames.KeyNorm)),
            AttentionInput =
            [
                Of(BackboneNames.Query, BackboneNames.QueryBias, 0),
                Of(BackboneNames.Key, BackboneNames.KeyBias, attention.KeyColumn),
                Of(BackboneNames.Value, BackboneNames.ValueBias, attention.ValueColumn),
            ],
            AttentionOutput = [Of(BackboneNames.Output, BackboneNames.OutputBias, 0)],
            MlpInput =
            [
                Of(BackboneNames.Gate, null, 0),
                Of(BackboneNames.Up, null, PanelLayout.RoundUp(_image.Shape.Intermediate)),
            ],
            MlpOutput = [Of(BackboneNames.Down, null, 0)],
        };
    }

    private PackedMatrix Matrix(string name)
    {
        var tensor = _image.Find(name)!;
        return new PackedMatrix(_base + (nint)tensor.Offset, tensor.Dtype, tensor.Layout, tensor.Rows, tensor.Columns) { Group = tensor.Group };
    }

    private nint Vector(string name) => _image.Find(name) is { } tensor ? _base + (nint)tensor.Offset : 0;
}
