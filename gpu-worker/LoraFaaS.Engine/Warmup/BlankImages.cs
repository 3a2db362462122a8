using System.Text.Json;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Warmup;

/// <summary>Images whose weights are all zero: enough to run every kernel before there is a backbone.</summary>
public static class BlankImages
{
    /// <summary>Sizes with remainders in every tile, and a group of two heads.</summary>
    public static BackboneShape Shape { get; } = new()
    {
        Architecture = "Llama",
        Vocabulary = 112,
        Hidden = 112,
        Intermediate = 112,
        Layers = 1,
        Heads = 4,
        KvHeads = 2,
        HeadDim = 32,
        MaxPositions = 256,
        NormEpsilon = 1e-5f,
        RopeTheta = 10_000,
        TiedEmbeddings = true,
        HeadNorms = true,
    };

    /// <summary>A backbone of <see cref="Shape"/>, its matrices in this type.</summary>
    public static BlankImage Backbone(PackedDtype dtype) => Backbone(dtype, Shape);

    /// <summary>The same of any shape.</summary>
    public static BlankImage Backbone(PackedDtype dtype, BackboneShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var tensors = new List<PackedTensor>();
        var end = (long)ImageHeader.Bytes;
        foreach (var slot in BackboneSlots.Of(shape))
        {
            var tensor = new PackedTensor
            {
                Name = slot.Name,
                Dtype = slot.IsVector ? PackedDtype.F32 : dtype,
                Layout = slot.IsVector || slot.IsTable ? TensorLayout.Rows : TensorLayout.Panels,
                Rows = slot.Rows,
                Columns = slot.Columns,
                Offset = (end + BackboneImage.VectorAlignment - 1) / BackboneImage.VectorAlignment * BackboneImage.VectorAlignment,
            };
            tensors.Add(tensor);
            end = tensor.Offset + tensor.Bytes();
        }

        var manifest = JsonSerializer.SerializeToUtf8Bytes(new BackboneManifest { Shape = shape, Tensors = tensors }, ImageJson.Default.BackboneManifest);
        var bytes = end + manifest.Length;
        return new BlankImage(bytes, end, manifest, new ImageHeader(
            ImageHeader.BackboneMagic, ImageHeader.CurrentVersion, PanelLayout.Number, bytes, end, manifest.Length, ImageHeader.Bytes, end - ImageHeader.Bytes));
    }

    /// <summary>An adapter of rank 4 on every module of the first layer of <see cref="Shape"/>.</summary>
    public static BlankImage Adapter(PackedDtype dtype)
    {
        const int Rank = 4;
        var end = 0L;
        var sites = Enum.GetValues<AdapterSite>().Select(site =>
        {
            var modules = AdapterSites.ModulesOf(site);
            var inputs = AdapterSites.InputColumns(Shape, site);
            var stack = Take(ref end, dtype, Rank * modules.Count, inputs);
            return new PackedSite
            {
                Layer = 0,
                Site = site,
                Dtype = dtype,
                StackRows = Rank * modules.Count,
                InputColumns = inputs,
                StackOffset = stack,
                Modules = [.. modules.Select((module, index) => Module(module, index * Rank, Rank, dtype, ref end))],
            };
        }).ToArray();

        var manifest = JsonSerializer.SerializeToUtf8Bytes(new AdapterManifest { Sites = sites }, ImageJson.Default.AdapterManifest);
        var content = PanelLayout.LineBytes * ((ImageHeader.Bytes + manifest.Length + PanelLayout.LineBytes - 1L) / PanelLayout.LineBytes);
        return new BlankImage(content + end, ImageHeader.Bytes, manifest, new ImageHeader(
            ImageHeader.AdapterMagic, ImageHeader.CurrentVersion, PanelLayout.Number, content + end, ImageHeader.Bytes, manifest.Length, content, end));
    }

    private static PackedModule Module(AdapterModule module, int stackRow, int rank, PackedDtype dtype, ref long end)
    {
        var outputs = AdapterSites.OutputRows(Shape, module);
        return new PackedModule
        {
            Module = module,
            Rank = rank,
            Scale = 1,
            StackRow = stackRow,
            OutputRows = outputs,
            Offset = Take(ref end, dtype, outputs, rank),
        };
    }

    private static long Take(ref long end, PackedDtype dtype, int rows, int columns)
    {
        var start = end;
        end += PanelLayout.Bytes(dtype, rows, columns);
        return start;
    }
}
