using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Controller.Adapters;

/// <summary>Takes an adapter in from a folder that this machine can read, by the same way as a push: the folder is only another source of the tar.</summary>
internal sealed class AdapterImporter(AdapterRegistrar registrar, ICatalogueStore catalogue, IOptions<ControllerOptions> options)
{
    public async Task<AdapterPush> ImportAsync(AdapterImport import, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(import.Folder) || !Path.IsPathFullyQualified(import.Folder))
        {
            return Refuse(ErrorCode.InvalidRequest, "folder", "an absolute path of a PEFT folder is required");
        }

        if (!AdapterName.TryParse(import.Name, out _))
        {
            return Refuse(ErrorCode.InvalidRequest, "name", $"{OneLine.Quote(import.Name ?? "")} is not a valid adapter name");
        }

        var config = new FileInfo(Path.Combine(import.Folder, AdapterConfig.File));
        var weights = new FileInfo(Path.Combine(import.Folder, AdapterArchive.WeightsFile));

        if (!config.Exists || !weights.Exists)
        {
            return Refuse(ErrorCode.AdapterNotFound, "folder", $"there is no {(config.Exists ? weights.Name : config.Name)} in {OneLine.Quote(import.Folder)}");
        }

        if (weights.Length > options.Value.MaxAdapterBytes)
        {
            return Refuse(ErrorCode.BodyTooLarge, "folder", $"its weights have {weights.Length} bytes, at most {options.Value.MaxAdapterBytes} are allowed");
        }

        try
        {
            return await ImportAsync(import, config, cancellationToken);
        }
        catch (UnauthorizedAccessException denied)
        {
            return Refuse(ErrorCode.AdapterNotFound, "folder", denied.Message);
        }
    }

    private async Task<AdapterPush> ImportAsync(AdapterImport import, FileInfo config, CancellationToken cancellationToken)
    {
        var (backbone, problem) = await ChooseBackboneAsync(import, config, cancellationToken);

        if (backbone is null)
        {
            return new AdapterPush.Refused(problem!);
        }

        await using var tar = UploadFile.Create(options.Value.UploadFolder);

        if (await AdapterArchive.WriteFolderAsync(import.Folder!, tar.Stream, cancellationToken) is Reading<long>.Refused { Why: var why })
        {
            return Refuse(ErrorCode.AdapterNotFound, why.Field, why.Message);
        }

        tar.Stream.Position = 0;
        var tag = string.IsNullOrEmpty(import.Tag) ? AdapterReference.LatestTag : import.Tag;
        return await registrar.PushAsync(backbone, import.Name!, tag, tar.Stream, cancellationToken);
    }

    /// <summary>The one that was named; else the one that the adapter says it was trained on; else the only one.</summary>
    private async Task<(string? Backbone, Problem? Problem)> ChooseBackboneAsync(AdapterImport import, FileInfo config, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(import.Backbone))
        {
            return (import.Backbone, null);
        }

        var known = await catalogue.ListBackbonesAsync(cancellationToken);
        var trainedOn = await ReadBaseAsync(config, cancellationToken);

        if (known.FirstOrDefault(backbone => string.Equals(backbone.Name.Value, trainedOn, StringComparison.OrdinalIgnoreCase)) is { } named)
        {
            return (named.Name.Value, null);
        }

        return known is [var only]
            ? (only.Name.Value, null)
            : (null, new Problem(ErrorCode.BackboneNotFound, $"the adapter was trained on {OneLine.Quote(trainedOn ?? "")}, which is none of the {known.Count} registered backbones", "backbone"));
    }

    /// <summary>The last part of <c>base_model_name_or_path</c>. A configuration that does not read is refused at the push, with its reason.</summary>
    private static async Task<string?> ReadBaseAsync(FileInfo config, CancellationToken cancellationToken)
    {
        const int Longest = 1 << 20;

        return config.Length <= Longest
            && AdapterConfig.Parse(await File.ReadAllBytesAsync(config.FullName, cancellationToken)) is Reading<AdapterConfig>.Accepted { Value.BaseModel: { } name }
            ? name.TrimEnd('/').Split('/')[^1]
            : null;
    }

    private static AdapterPush.Refused Refuse(ErrorCode code, string? field, string message) => new(new Problem(code, message, field));
}
