using System.Text.Json;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Controllers;
using LoraFaaS.Gateway.Routing;

namespace LoraFaaS.Gateway.Vllm;

/// <summary>vLLM's loading and unloading as what they are here: deploying a function of the adapter's name, and removing it.</summary>
internal sealed class AdapterDesk(ControllerClient controller, RouteBoard board, TimeProvider time)
{
    private const string Functions = "/system/functions";
    private const string Adapters = "/api/v1/adapters";

    /// <summary>A change of the catalogue reaches the table in milliseconds; one that changed nothing never does.</summary>
    private static readonly TimeSpan TablePatience = TimeSpan.FromMilliseconds(500);

    public async Task<AdapterOutcome> LoadAsync(AdapterLoad load, CancellationToken cancellationToken)
    {
        if (!FunctionId.TryParse(load.Name, out var id))
        {
            return AdapterOutcome.Invalid($"lora_name: '{load.Name}' is not a function's name: lower-case letters, digits and dashes");
        }

        var deployed = board.Table.Find(load.Name) is { IsBackbone: false };

        if (deployed && !load.InPlace)
        {
            return AdapterOutcome.Invalid(
                $"The lora adapter '{load.Name}' has already been loaded. If you want to load the adapter in place, set 'load_inplace' to True.");
        }

        var (adapter, refused) = load.Path.StartsWith(AdapterReference.Scheme, StringComparison.Ordinal)
            ? await FindAsync(load, cancellationToken)
            : await ImportAsync(load, id, cancellationToken);

        return refused ?? await DeployAsync(load.Name, id, adapter!, deployed, cancellationToken);
    }

    public async Task<AdapterOutcome> UnloadAsync(AdapterUnload unload, CancellationToken cancellationToken)
    {
        var missing = AdapterOutcome.NotFound($"The lora adapter '{unload.Name}' cannot be found.");

        if (!FunctionId.TryParse(unload.Name, out var id))
        {
            return missing;
        }

        var body = new DeleteFunctionRequest { FunctionName = id.Name.Value, Namespace = id.Namespace.Value };
        var changed = board.RoutesChanged;
        var reply = await controller.SendAsync(HttpMethod.Delete, Functions, body, ContractsJson.Default.DeleteFunctionRequest, cancellationToken);

        if (!reply.IsSuccess)
        {
            return reply.Status is StatusCodes.Status404NotFound or StatusCodes.Status400BadRequest ? missing : AdapterOutcome.From(reply.Status, reply.Text);
        }

        await WaitAsync(changed, cancellationToken);
        return new AdapterOutcome.Done($"Success: LoRA adapter '{unload.Name}' removed successfully.");
    }

    private async Task<(string? Image, AdapterOutcome? Refused)> FindAsync(AdapterLoad load, CancellationToken cancellationToken)
    {
        if (!AdapterReference.TryParse(load.Path, out var wanted))
        {
            return (null, AdapterOutcome.Invalid($"lora_path: '{load.Path}' is not lora://<backbone>/<adapter>[:tag|@sha256:...]"));
        }

        var reply = await controller.SendAsync(HttpMethod.Get, Adapters, cancellationToken);

        if (!reply.IsSuccess)
        {
            return (null, AdapterOutcome.From(reply.Status, reply.Text));
        }

        var known = JsonSerializer.Deserialize(reply.Body, ContractsJson.Default.ListAdapterInfo) ?? [];
        var found = known.Any(adapter => adapter.Backbone == wanted.Backbone.Value && adapter.Name == wanted.Adapter.Value
            && (wanted.Pinned is { } digest ? adapter.Digest == digest.Value : adapter.Tag == wanted.Tag));

        return found ? (load.Path, null) : (null, NoAdapter(load));
    }

    private async Task<(string? Image, AdapterOutcome? Refused)> ImportAsync(AdapterLoad load, FunctionId id, CancellationToken cancellationToken)
    {
        var body = new AdapterImport { Folder = load.Path, Name = id.Name.Value };
        var reply = await controller.SendAsync(HttpMethod.Post, Adapters, body, ContractsJson.Default.AdapterImport, cancellationToken);

        if (reply.IsSuccess)
        {
            var adapter = JsonSerializer.Deserialize(reply.Body, ContractsJson.Default.AdapterInfo)!;
            return ($"{AdapterReference.Scheme}{adapter.Backbone}/{adapter.Name}@{adapter.Digest}", null);
        }

        if (reply.Status is StatusCodes.Status503ServiceUnavailable || TryReadProblem(reply) is not { } problem)
        {
            return (null, AdapterOutcome.From(reply.Status, reply.Text));
        }

        return (null, problem.Code == ErrorCode.AdapterNotFound.ToWire()
            ? NoAdapter(load)
            : AdapterOutcome.From(reply.Status, problem.Field is { } field ? $"{field}: {problem.Message}" : problem.Message));
    }

    /// <summary>In place, everything but the image stays as it was deployed.</summary>
    private async Task<AdapterOutcome> DeployAsync(string name, FunctionId id, string image, bool deployed, CancellationToken cancellationToken)
    {
        var deployment = new FunctionDeployment { Service = id.Name.Value, Namespace = id.Namespace.Value, Image = image };

        if (deployed)
        {
            var current = await controller.SendAsync(HttpMethod.Get, $"/system/function/{id.Name}?namespace={id.Namespace}", cancellationToken);
            deployment = current.IsSuccess ? Keep(deployment, JsonSerializer.Deserialize(current.Body, ContractsJson.Default.FunctionStatus)!) : deployment;
        }

        var changed = board.RoutesChanged;
        var reply = await controller.SendAsync(
            deployed ? HttpMethod.Put : HttpMethod.Post, Functions, deployment, ContractsJson.Default.FunctionDeployment, cancellationToken);

        if (!reply.IsSuccess)
        {
            return reply.Status is StatusCodes.Status409Conflict
                ? AdapterOutcome.Invalid($"The lora adapter '{name}' has already been loaded.")
                : AdapterOutcome.From(reply.Status, reply.Text);
        }

        await WaitAsync(changed, cancellationToken);
        return new AdapterOutcome.Done($"Success: LoRA adapter '{name}' added successfully.");
    }

    /// <summary>Who loads and then calls must find what was loaded.</summary>
    private async Task WaitAsync(Task changed, CancellationToken cancellationToken)
    {
        using var noMore = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(changed, Task.Delay(TablePatience, time, noMore.Token));
        await noMore.CancelAsync();
    }

    private static AdapterOutcome.Refused NoAdapter(AdapterLoad load) =>
        AdapterOutcome.NotFound($"Loading lora {load.Name} failed: No adapter found for {load.Path}");

    private static FunctionDeployment Keep(FunctionDeployment next, FunctionStatus current) => next with
    {
        EnvProcess = current.EnvProcess,
        EnvVars = current.EnvVars,
        Constraints = current.Constraints,
        Secrets = current.Secrets,
        Labels = current.Labels?.Where(label => label.Key != FunctionAnnotations.FunctionLabel).ToDictionary(StringComparer.Ordinal),
        Annotations = current.Annotations,
        Limits = current.Limits,
        Requests = current.Requests,
        ReadOnlyRootFilesystem = current.ReadOnlyRootFilesystem,
    };

    private static ProblemBody? TryReadProblem(ControllerReply reply)
    {
        try
        {
            return JsonSerializer.Deserialize(reply.Body, ContractsJson.Default.ProblemBody);
        }
        catch (JsonException)
        {
            // Some other server's words: they are passed on as text.
            return null;
        }
    }
}
