using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Keys;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Controller.Audit;
using LoraFaaS.Controller.Problems;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Controller.Api;

/// <summary><c>/system/namespaces</c> (names only) and <c>/system/namespace/{name}</c>.</summary>
internal sealed class NamespacesApi(
    ICatalogueStore catalogue, ISecretStore secrets, ApiKeyRegistry keys, CatalogueNews news, IOptions<ControllerOptions> options)
{
    public async Task ListAsync(HttpContext context)
    {
        var known = await catalogue.ListNamespacesAsync(context.RequestAborted);
        List<string> names = [.. known.Select(record => record.Name.Value)];
        await context.WriteJsonAsync(names, ContractsJson.Default.ListString);
    }

    /// <summary>As OpenFaaS: the path is known, and lacks what it is about.</summary>
    public static Task RefuseNamelessAsync(HttpContext context) =>
        context.WriteProblemAsync(new Problem(ErrorCode.InvalidRequest, "the path must end with the namespace's name", "name"));

    public async Task GetAsync(HttpContext context)
    {
        var text = NameOf(context);
        var known = await catalogue.ListNamespacesAsync(context.RequestAborted);

        if (known.FirstOrDefault(record => record.Name.Value == text) is not { } found)
        {
            await context.WriteProblemAsync(NotFound(text));
            return;
        }

        var body = new FunctionNamespace { Name = text, Labels = found.Labels, Annotations = found.Annotations };
        await context.WriteJsonAsync(body, ContractsJson.Default.FunctionNamespace);
    }

    public async Task CreateAsync(HttpContext context)
    {
        var (record, problem) = await ReadAsync(context);

        if (problem is not null)
        {
            await context.WriteProblemAsync(problem);
            return;
        }

        if (await catalogue.CreateNamespaceAsync(record!, context.RequestAborted) is CatalogueWrite.Exists)
        {
            await context.WriteProblemAsync(new Problem(ErrorCode.AlreadyExists, $"namespace \"{record!.Name}\" already exists", "name"));
            return;
        }

        await news.PublishAsync(context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
    }

    public async Task UpdateAsync(HttpContext context)
    {
        var (record, problem) = await ReadAsync(context);

        if (problem is null && record!.Name.Value != NameOf(context))
        {
            problem = new Problem(ErrorCode.InvalidRequest, $"the body names \"{record.Name}\", the path {OneLine.Quote(NameOf(context))}", "name");
        }

        if (problem is null && await catalogue.UpdateNamespaceAsync(record!, context.RequestAborted) is CatalogueWrite.NotFound)
        {
            problem = NotFound(record!.Name.Value);
        }

        if (problem is null)
        {
            // Gateways read from its annotations whether calls need a key.
            await news.PublishAsync(context.RequestAborted);
        }

        await AnswerAsync(context, problem);
    }

    public async Task DeleteAsync(HttpContext context)
    {
        var text = NameOf(context);
        AuditNote.Set(context, "namespace.delete", text);
        var problem = await CheckBodyAsync(context, text) ?? await DeleteAsync(text, context.RequestAborted);
        await AnswerAsync(context, problem);
    }

    private async Task<Problem?> DeleteAsync(string text, CancellationToken cancellationToken)
    {
        if (!NamespaceName.TryParse(text, out var name))
        {
            return NotFound(text);
        }

        if (name == NamespaceName.Default)
        {
            return new Problem(ErrorCode.Conflict, $"\"{name}\" is the default namespace and stays");
        }

        if (await catalogue.ListFunctionsAsync(name, cancellationToken) is { Count: > 0 and var count })
        {
            return new Problem(ErrorCode.Conflict, $"namespace \"{name}\" still has {count} functions; remove them first");
        }

        // Who makes a namespace of this name next must not inherit them.
        if (await secrets.ListAsync(name, cancellationToken) is { Count: > 0 and var secretCount })
        {
            return new Problem(ErrorCode.Conflict, $"namespace \"{name}\" still has {secretCount} secrets; remove them first");
        }

        if (await keys.ListAsync(name, cancellationToken) is { Count: > 0 and var keyCount })
        {
            return new Problem(ErrorCode.Conflict, $"namespace \"{name}\" still has {keyCount} API keys; revoke them first");
        }

        return await catalogue.DeleteNamespaceAsync(name, cancellationToken) is CatalogueWrite.NotFound ? NotFound(text) : null;
    }

    /// <summary>Clients repeat the name in the body of a removal; some send none.</summary>
    private async Task<Problem?> CheckBodyAsync(HttpContext context, string text)
    {
        if (context.Request.ContentLength is null or 0)
        {
            return null;
        }

        var (body, problem) = await JsonBody.ReadAsync<FunctionNamespace>(context.Request, options.Value.MaxJsonBytes, context.RequestAborted);

        return problem ?? (string.IsNullOrEmpty(body!.Name) || body.Name == text
            ? null
            : new Problem(ErrorCode.InvalidRequest, $"the body names {OneLine.Quote(body.Name)}, the path {OneLine.Quote(text)}", "name"));
    }

    private async Task<(NamespaceRecord? Record, Problem? Problem)> ReadAsync(HttpContext context)
    {
        var (body, problem) = await JsonBody.ReadAsync<FunctionNamespace>(context.Request, options.Value.MaxJsonBytes, context.RequestAborted);

        if (problem is not null)
        {
            return (null, problem);
        }

        AuditNote.Set(context, HttpMethods.IsPut(context.Request.Method) ? "namespace.update" : "namespace.create", body!.Name ?? "");

        if (!NamespaceName.TryParse(body.Name, out var name))
        {
            return (null, new Problem(ErrorCode.InvalidRequest, $"{OneLine.Quote(body.Name ?? "")} is not a valid namespace", "name"));
        }

        if (HasNull(body.Labels) || HasNull(body.Annotations))
        {
            return (null, new Problem(ErrorCode.InvalidRequest, "an entry has no value", HasNull(body.Labels) ? "labels" : "annotations"));
        }

        var none = new Dictionary<string, string>();
        return (new NamespaceRecord(name, body.Labels ?? none, body.Annotations ?? none), null);
    }

    private static bool HasNull(IReadOnlyDictionary<string, string>? map) => map is not null && map.Values.Any(value => value is null);

    private static string NameOf(HttpContext context) => (string)context.Request.RouteValues["name"]!;

    private static Problem NotFound(string name) => new(ErrorCode.NotFound, $"namespace {OneLine.Quote(name)} not found");

    private static Task AnswerAsync(HttpContext context, Problem? problem)
    {
        if (problem is not null)
        {
            return context.WriteProblemAsync(problem);
        }

        context.Response.StatusCode = StatusCodes.Status202Accepted;
        return Task.CompletedTask;
    }
}
