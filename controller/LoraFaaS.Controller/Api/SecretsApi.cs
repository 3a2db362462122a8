using System.Text;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Secrets;
using LoraFaaS.Controller.Audit;
using LoraFaaS.Controller.Problems;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Controller.Api;

/// <summary><c>/system/secrets</c>: names go out, values only in. Deletion answers 202, since clients take 204 for a failure.</summary>
internal sealed class SecretsApi(SecretRegistry secrets, FunctionRegistry functions, IOptions<ControllerOptions> options)
{
    public async Task ListAsync(HttpContext context)
    {
        var (@namespace, problem) = await NamespaceQuery.ReadAsync(context.Request, functions, context.RequestAborted);

        if (problem is not null)
        {
            await context.WriteProblemAsync(problem);
            return;
        }

        var found = await secrets.ListAsync(@namespace, context.RequestAborted);
        List<FunctionSecret> list = [.. found.Select(secret => new FunctionSecret { Name = secret.Name.Value, Namespace = secret.Namespace.Value })];
        await context.WriteJsonAsync(list, ContractsJson.Default.ListFunctionSecret);
    }

    public Task CreateAsync(HttpContext context) => ChangeAsync(
        context,
        "secret.create",
        StatusCodes.Status201Created,
        (@namespace, name, body) => secrets.CreateAsync(@namespace, name, ValueOf(body), context.RequestAborted));

    public Task UpdateAsync(HttpContext context) => ChangeAsync(
        context,
        "secret.update",
        StatusCodes.Status202Accepted,
        (@namespace, name, body) => secrets.UpdateAsync(@namespace, name, ValueOf(body), context.RequestAborted));

    public Task DeleteAsync(HttpContext context) => ChangeAsync(
        context,
        "secret.delete",
        StatusCodes.Status202Accepted,
        (@namespace, name, _) => secrets.RemoveAsync(@namespace, name, context.RequestAborted));

    /// <summary>faas-cli sends a file both as text and as bytes; only the bytes are sure to be what was in it.</summary>
    private static ReadOnlyMemory<byte> ValueOf(FunctionSecret body) =>
        body.RawValue is { Length: > 0 } raw ? raw : Encoding.UTF8.GetBytes(body.Value ?? "");

    private async Task ChangeAsync(
        HttpContext context, string action, int success, Func<NamespaceName, SecretName, FunctionSecret, Task<Problem?>> change)
    {
        var (body, problem) = await JsonBody.ReadAsync<FunctionSecret>(context.Request, options.Value.MaxJsonBytes, context.RequestAborted);

        if (problem is not null)
        {
            await context.WriteProblemAsync(problem);
            return;
        }

        var named = string.IsNullOrEmpty(body!.Namespace) ? context.Request.Query["namespace"].LastOrDefault() : body.Namespace;
        AuditNote.Set(context, action, $"{body.Name}.{(string.IsNullOrEmpty(named) ? NamespaceName.Default : named)}");
        var (@namespace, unknown) = await NamespaceQuery.CheckAsync(named, functions, context.RequestAborted);

        if (unknown is null && !SecretName.TryParse(body.Name, out _))
        {
            unknown = new Problem(
                ErrorCode.InvalidRequest, $"{OneLine.Quote(body.Name ?? "")} is not a valid name: lower-case letters, digits, dashes and dots, at most {SecretName.MaxLength}", "name");
        }

        if ((unknown ?? await change(@namespace, new SecretName(body.Name!), body)) is { } refused)
        {
            await context.WriteProblemAsync(refused);
            return;
        }

        context.Response.StatusCode = success;
    }
}
