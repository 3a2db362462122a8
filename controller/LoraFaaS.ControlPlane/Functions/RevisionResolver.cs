using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Functions;

/// <summary>Turns an image and settings into a revision that pins digests, by what the catalogue holds now.</summary>
public sealed class RevisionResolver(ICatalogueStore catalogue, ICodeInspector inspector)
{
    public async Task<(FunctionRevision? Revision, Problem? Problem)> ResolveAsync(
        FunctionId id, ImageReference image, FunctionSettings settings, IReadOnlyList<string>? secrets, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellationToken)
    {
        if (await catalogue.FindBackboneAsync(image.Backbone, cancellationToken) is not { } backbone)
        {
            return (null, new Problem(ErrorCode.BackboneNotFound, $"no backbone \"{image.Backbone}\" is registered", "image"));
        }

        AdapterRecord? adapter = null;

        if (image is ImageReference.OfAdapter { Reference: var reference })
        {
            adapter = await catalogue.FindAdapterAsync(reference, cancellationToken);

            if (adapter is null)
            {
                return (null, new Problem(ErrorCode.AdapterNotFound, $"no adapter {reference} was pushed", "image"));
            }

            if (adapter.BackboneDigest != backbone.Digest)
            {
                return (null, new Problem(
                    ErrorCode.AdapterInvalid, $"{reference} was checked against another version of backbone \"{backbone.Name}\"; push it again", "image"));
            }
        }

        var (code, codeProblem) = settings.Code is { } package ? await ResolveCodeAsync(package, secrets ?? [], environment, cancellationToken) : (null, null);

        if (codeProblem is not null)
        {
            return (null, codeProblem);
        }

        var revision = new FunctionRevision
        {
            Function = id,
            Number = 1,
            Backbone = backbone.Name,
            BackboneDigest = backbone.Digest,
            AdapterDigest = adapter?.Digest,
            AdapterBytes = adapter?.Bytes ?? 0,
            Code = code,
            Isolation = settings.Isolation,
            SystemPrompt = settings.SystemPrompt,
            Prompt = settings.Prompt,
            Sampling = settings.Sampling,
            SloTtft = settings.SloTtft,
            SloTpot = settings.SloTpot,
            Priority = settings.Priority,
            KeepAlive = settings.KeepAlive,
            MaxConcurrent = settings.MaxConcurrent,
            ContextLength = backbone.ContextLength,
        };

        return (settings.Timeout is { } timeout ? revision with { Timeout = timeout } : revision, null);
    }

    /// <summary>The secrets are those that the deployment names, and exist: that was looked at before.</summary>
    private async Task<(FunctionCode? Code, Problem? Problem)> ResolveCodeAsync(
        Digest package, IReadOnlyList<string> secrets, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellationToken) =>
        await inspector.InspectAsync(package, cancellationToken) switch
        {
            CodeInspection.Valid valid => (
                new FunctionCode
                {
                    Digest = package,
                    Bytes = valid.Bytes,
                    Secrets = [.. secrets.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(name => new SecretName(name))],
                    Environment = environment?.ToDictionary(StringComparer.Ordinal) ?? [],
                },
                null),
            CodeInspection.Refused refused => (null, refused.Problem with { Field = FunctionAnnotations.Code, Message = refused.Problem.ToString() }),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
}
