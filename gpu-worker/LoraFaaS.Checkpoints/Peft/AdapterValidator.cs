using System.Collections.Immutable;
using LoraFaaS.Checkpoints.Configuration;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Safetensors;

namespace LoraFaaS.Checkpoints.Peft;

/// <summary>
/// Decides whether an adapter's configuration and weights fit a backbone: every claimed module has both halves in the shape
/// that rank and backbone ask for, nothing unclaimed is in the file, and every weight is a finite number.
/// </summary>
public static class AdapterValidator
{
    public static AdapterValidation Validate(AdapterConfig config, TensorStore tensors, ModelConfig backbone)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(backbone);

        try
        {
            var weights = Locate(config, tensors, backbone);
            foreach (var module in weights.Modules)
            {
                RequireFinite(tensors, module.A);
                RequireFinite(tensors, module.B);
            }

            return new AdapterValidation.Valid(weights);
        }
        catch (RefusedException refused)
        {
            return new AdapterValidation.Refused(refused.Why);
        }
    }

    /// <summary>The shape half of <see cref="Validate"/>, for an artifact that was validated when it was pushed: reads no weights.</summary>
    public static AdapterValidation ValidateShapes(AdapterConfig config, TensorStore tensors, ModelConfig backbone)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(backbone);

        try
        {
            return new AdapterValidation.Valid(Locate(config, tensors, backbone));
        }
        catch (RefusedException refused)
        {
            return new AdapterValidation.Refused(refused.Why);
        }
    }

    private static AdapterWeights Locate(AdapterConfig config, TensorStore tensors, ModelConfig backbone)
    {
        var selection = new AdapterSelection(config);
        selection.RefuseModulesOutsideLayers();
        RefuseMissingLayers(config, backbone);

        var modules = ImmutableArray.CreateBuilder<AdapterModuleWeights>();
        for (var layer = 0; layer < backbone.Layers; layer++)
        {
            foreach (var module in AdapterModules.All)
            {
                if (selection.Claims(module, layer))
                {
                    modules.Add(LocateModule(selection, tensors, backbone, module, layer));
                }
            }
        }

        if (modules.Count == 0)
        {
            throw new RefusedException("target_modules", "claims no module of this backbone");
        }

        RefuseStrangers(tensors, modules);
        return new AdapterWeights(modules.ToImmutable());
    }

    private static AdapterModuleWeights LocateModule(
        AdapterSelection selection, TensorStore tensors, ModelConfig backbone, AdapterModule module, int layer)
    {
        var fullName = module.FullName(layer);
        var rank = selection.RankOf(fullName);
        var a = Require(tensors, AdapterTensorName.For(layer, module, isA: true), [rank, module.InFeatures(backbone)]);
        var b = Require(tensors, AdapterTensorName.For(layer, module, isA: false), [module.OutFeatures(backbone), rank]);

        return new AdapterModuleWeights(layer, module, rank, selection.ScaleOf(fullName, rank), a, b);
    }

    private static TensorInfo Require(TensorStore tensors, string name, ReadOnlySpan<long> shape)
    {
        if (tensors.Find(name) is not { } tensor)
        {
            throw new RefusedException(name, "is missing from the weights, though target_modules claims its module");
        }

        if (!tensor.HasShape(shape))
        {
            throw new RefusedException(name, $"has shape {tensor.ShapeText}; rank and backbone ask for [{shape[0]}, {shape[1]}]");
        }

        return tensor.Type.IsWeight
            ? tensor
            : throw new RefusedException(name, $"is stored as {tensor.Type}; BF16, F16 and F32 can be read");
    }

    private static void RefuseMissingLayers(AdapterConfig config, ModelConfig backbone)
    {
        if (config.LayersToTransform is [.., var last] && last >= backbone.Layers)
        {
            throw new RefusedException("layers_to_transform", $"names layer {last}; the backbone has {backbone.Layers}");
        }
    }

    private static void RefuseStrangers(TensorStore tensors, IEnumerable<AdapterModuleWeights> modules)
    {
        var known = modules.SelectMany(m => new[] { m.A.Name, m.B.Name }).ToHashSet(StringComparer.Ordinal);
        var stranger = tensors.Tensors.Keys.Where(name => !known.Contains(name)).Order(StringComparer.Ordinal).FirstOrDefault();
        if (stranger is null)
        {
            return;
        }

        throw new RefusedException(stranger, AdapterTensorName.TryParse(stranger, out var name)
            ? name.Value.Layer >= 0 && modules.Any(m => m.Module == name.Value.Module)
                ? "is in the weights for a layer that the configuration or the backbone does not have"
                : "is in the weights, though target_modules does not claim its module"
            : "is not the weight of a module that can be adapted (q, k, v, o, gate, up, down of a layer)");
    }

    private static void RequireFinite(TensorStore tensors, TensorInfo tensor)
    {
        if (!FiniteCheck.IsFinite(tensors, tensor))
        {
            throw new RefusedException(tensor.Name, "holds a weight that is not a finite number");
        }
    }
}
