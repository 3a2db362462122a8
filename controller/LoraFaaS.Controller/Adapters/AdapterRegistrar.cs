using System.Diagnostics;
using System.Text;
using LoraFaaS.Checkpoints.Configuration;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Checkpoints.Safetensors;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Controller.Adapters;

/// <summary>
/// Takes a pushed adapter in: out of anybody's tar, checked against the backbone down to each weight, into the artifact store as
/// the canonical tar. Nothing is kept of what is refused.
/// </summary>
internal sealed class AdapterRegistrar(
    ICatalogueStore catalogue, IArtifactStore artifacts, CatalogueNews news, IOptions<ControllerOptions> options, TimeProvider time)
{
    public async Task<AdapterPush> PushAsync(string backbone, string adapter, string tag, Stream tar, CancellationToken cancellationToken)
    {
        if (!AdapterReference.TryParse($"{AdapterReference.Scheme}{backbone}/{adapter}:{tag}", out var reference))
        {
            return new AdapterPush.Refused(BadName(backbone, adapter, tag));
        }

        if (await catalogue.FindBackboneAsync(reference.Backbone, cancellationToken) is not { } known)
        {
            return new AdapterPush.Refused(new Problem(ErrorCode.BackboneNotFound, $"no backbone \"{reference.Backbone}\" is registered", "backbone"));
        }

        await using var weights = UploadFile.Create(options.Value.UploadFolder);
        var extracted = await AdapterArchive.ExtractAsync(tar, weights.Stream, options.Value.MaxAdapterBytes, cancellationToken);

        if (extracted is Reading<AdapterArchiveFiles>.Refused { Why: var unread })
        {
            return Invalid(unread);
        }

        await weights.Stream.FlushAsync(cancellationToken);
        var files = ((Reading<AdapterArchiveFiles>.Accepted)extracted).Value;

        return Validate(files, weights.Path, known) switch
        {
            AdapterValidation.Valid valid => await StoreAsync(reference, known, files, weights.Stream, valid.Weights, cancellationToken),
            AdapterValidation.Refused refused => Invalid(refused.Why),
            _ => throw new UnreachableException(),
        };
    }

    private static AdapterValidation Validate(AdapterArchiveFiles files, string weightsPath, BackboneRecord backbone)
    {
        // The backbone's configuration was accepted when it was registered; if a newer release no longer takes it, say so.
        if (ModelConfig.Parse(Encoding.UTF8.GetBytes(backbone.ConfigJson), null) is not Reading<ModelConfig>.Accepted { Value: var shape })
        {
            return new AdapterValidation.Refused(new Refusal("backbone", $"\"{backbone.Name}\" must be registered again first"));
        }

        if (AdapterConfig.Parse(files.Config) is not Reading<AdapterConfig>.Accepted { Value: var config })
        {
            return new AdapterValidation.Refused(((Reading<AdapterConfig>.Refused)AdapterConfig.Parse(files.Config)).Why);
        }

        switch (SafetensorsFile.Open(weightsPath))
        {
            case Reading<SafetensorsFile>.Refused refused:
                var why = refused.Why;

                // The upload's file name is ours, not the caller's.
                return new AdapterValidation.Refused(why.Field == Path.GetFileName(weightsPath) ? why with { Field = AdapterArchive.WeightsFile } : why);
            case Reading<SafetensorsFile>.Accepted { Value: var tensors }:
                using (tensors)
                {
                    return AdapterValidator.Validate(config, tensors, shape);
                }

            default:
                throw new UnreachableException();
        }
    }

    private async Task<AdapterPush> StoreAsync(
        AdapterReference reference, BackboneRecord backbone, AdapterArchiveFiles files, FileStream weights, AdapterWeights valid, CancellationToken cancellationToken)
    {
        await using var canonical = UploadFile.Create(options.Value.UploadFolder);
        weights.Position = 0;
        await AdapterArchive.WriteAsync(files.Config, weights, files.WeightsBytes, canonical.Stream, cancellationToken);
        canonical.Stream.Position = 0;

        var stored = await artifacts.PutAsync(canonical.Stream, canonical.Stream.Length, cancellationToken);
        var record = new AdapterRecord
        {
            Backbone = reference.Backbone,
            Name = reference.Adapter,
            Tag = reference.Tag,
            Digest = stored.Digest,
            BackboneDigest = backbone.Digest,
            Bytes = stored.Bytes,
            MaxRank = valid.MaxRank,
            Modules = [.. valid.AdaptedModules.Select(module => module.ShortName)],
            PushedAt = time.GetUtcNow(),
        };

        await catalogue.PutAdapterAsync(record, cancellationToken);
        await news.PublishAsync(cancellationToken);
        return new AdapterPush.Stored(record);
    }

    private static Problem BadName(string backbone, string adapter, string tag)
    {
        var (field, text) = !BackboneName.TryParse(backbone, out _) ? ("backbone", backbone)
            : !AdapterName.TryParse(adapter, out _) ? ("name", adapter)
            : ("tag", tag);

        return new Problem(ErrorCode.InvalidRequest, $"{OneLine.Quote(text)} is not a valid {field}", field);
    }

    private static AdapterPush.Refused Invalid(Refusal why) => new(new Problem(ErrorCode.AdapterInvalid, why.Message, why.Field));
}
