using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Controller.Backbones;

/// <summary>Registers backbones, one at a time: reading a checkpoint's bytes for its digest is as much as a disk can do.</summary>
internal sealed class BackboneRegistrar(ICatalogueStore catalogue, CatalogueNews news, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>The same content under the same name is no change; other content is refused while functions use what is there.</summary>
    public async Task<BackboneOutcome> RegisterAsync(BackboneRegistration registration, CancellationToken cancellationToken)
    {
        if (!BackboneName.TryParse(registration.Name, out var name))
        {
            return Refuse(ErrorCode.InvalidRequest, "name", $"{OneLine.Quote(registration.Name ?? "")} is not a valid backbone name: lower-case letters, digits, dots, dashes, underscores");
        }

        if (string.IsNullOrEmpty(registration.Path) || !Path.IsPathFullyQualified(registration.Path))
        {
            return Refuse(ErrorCode.InvalidRequest, "path", "an absolute path of a checkpoint folder is required");
        }

        await _turn.WaitAsync(cancellationToken);

        try
        {
            return await CheckpointInspector.InspectAsync(name, registration.Path, time.GetUtcNow(), cancellationToken) switch
            {
                Reading<BackboneRecord>.Accepted accepted => await StoreAsync(accepted.Value, cancellationToken),
                Reading<BackboneRecord>.Refused { Why: var why } => Refuse(ErrorCode.BackboneInvalid, why.Field, why.Message),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task<BackboneOutcome> RemoveAsync(string text, CancellationToken cancellationToken)
    {
        var isName = BackboneName.TryParse(text, out var name);

        if (isName && await FindUserAsync(name, cancellationToken) is { } user)
        {
            return Refuse(ErrorCode.Conflict, null, $"function {user} uses backbone \"{name}\"; remove it first");
        }

        if (!isName || await catalogue.DeleteBackboneAsync(name, cancellationToken) is not CatalogueWrite.Done)
        {
            return Refuse(ErrorCode.NotFound, null, $"no backbone {OneLine.Quote(text)} is registered");
        }

        await news.PublishAsync(cancellationToken);
        return new BackboneOutcome.Removed();
    }

    public void Dispose() => _turn.Dispose();

    private async Task<BackboneOutcome> StoreAsync(BackboneRecord backbone, CancellationToken cancellationToken)
    {
        var known = await catalogue.FindBackboneAsync(backbone.Name, cancellationToken);

        if (known is not null && known.Digest == backbone.Digest && known.Path == backbone.Path)
        {
            return new BackboneOutcome.Registered(known, IsNew: false);
        }

        if (known is not null && known.Digest != backbone.Digest && await FindUserAsync(backbone.Name, cancellationToken) is { } user)
        {
            return Refuse(
                ErrorCode.Conflict, "name", $"function {user} uses \"{backbone.Name}\" with other content ({known.Digest}); register this one under another name");
        }

        backbone = known is null ? backbone : backbone with { CreatedAt = known.CreatedAt };
        await catalogue.PutBackboneAsync(backbone, cancellationToken);
        await news.PublishAsync(cancellationToken);
        return new BackboneOutcome.Registered(backbone, IsNew: known is null);
    }

    private async Task<FunctionId?> FindUserAsync(BackboneName name, CancellationToken cancellationToken)
    {
        var functions = await catalogue.ListFunctionsAsync(null, cancellationToken);
        return functions.FirstOrDefault(function => LiveRevisions.Wanted(function).Any(live => live.Revision.Backbone == name))?.Id;
    }

    private static BackboneOutcome.Refused Refuse(ErrorCode code, string? field, string message) => new(new Problem(code, message, field));
}
