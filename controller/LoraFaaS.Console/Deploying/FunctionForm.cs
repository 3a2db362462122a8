using LoraFaaS.Client;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Console.Deploying;

/// <summary>A function's settings as somebody types them. What is wrong with them the controller says, by the field's name.</summary>
internal sealed class FunctionForm
{
    /// <summary>Settings that travel as annotations or labels: the wire's name, the words beside the field, an example.</summary>
    public static readonly IReadOnlyList<FormField> Fields =
    [
        new(FunctionAnnotations.SloTtft, "SLO: time to first token", "500ms", IsLabel: false),
        new(FunctionAnnotations.SloTpot, "SLO: time per further token", "50ms", IsLabel: false),
        new(FunctionAnnotations.Priority, "Priority", "normal", IsLabel: false, ["low", "normal", "high"]),
        new(FunctionAnnotations.Isolation, "Isolation", "namespace", IsLabel: false, ["namespace", "function"]),
        new(FunctionAnnotations.ScaleMinLabel, "Least workers that hold it", "0", IsLabel: true),
        new(FunctionAnnotations.ScaleMaxLabel, "Most workers that hold it", "4", IsLabel: true),
        new(FunctionAnnotations.KeepAlive, "Keep-alive when idle", "10m", IsLabel: false),
        new(FunctionAnnotations.Timeout, "Longest an invocation may take", "60s", IsLabel: false),
        new(FunctionAnnotations.MaxTokens, "Most tokens of an answer", "256", IsLabel: false),
        new(FunctionAnnotations.Temperature, "Temperature", "0", IsLabel: false),
    ];

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public string Name { get; set; } = "";

    public string Namespace { get; set; } = NamespaceName.Default.Value;

    public string Image { get; set; } = "";

    public string SystemPrompt { get; set; } = "";

    public string this[string field]
    {
        get => _values.GetValueOrDefault(field, "");
        set => _values[field] = value.Trim();
    }

    public static FunctionForm Of(FunctionStatus status)
    {
        var form = new FunctionForm
        {
            Name = status.Name,
            Namespace = status.Namespace,
            Image = status.Image,
            SystemPrompt = status.Annotations.GetValueOrDefault(FunctionAnnotations.SystemPrompt, ""),
        };

        foreach (var field in Fields)
        {
            form[field.Wire] = (field.IsLabel ? status.Labels : status.Annotations).GetValueOrDefault(field.Wire, "");
        }

        return form;
    }

    /// <summary>The deployment; what the form does not show stays as it is in <paramref name="before"/>.</summary>
    public FunctionDeployment ToDeployment(FunctionStatus? before)
    {
        var labels = new Dictionary<string, string>(before?.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        var annotations = new Dictionary<string, string>(before?.Annotations ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        labels.Remove(FunctionAnnotations.FunctionLabel);
        Put(annotations, FunctionAnnotations.SystemPrompt, SystemPrompt);

        foreach (var field in Fields)
        {
            Put(field.IsLabel ? labels : annotations, field.Wire, this[field.Wire]);
        }

        return new FunctionDeployment
        {
            Service = Name.Trim(),
            Namespace = Namespace,
            Image = Image,
            EnvProcess = before?.EnvProcess,
            EnvVars = before?.EnvVars,
            Constraints = before?.Constraints,
            Secrets = before?.Secrets,
            Limits = before?.Limits,
            Requests = before?.Requests,
            ReadOnlyRootFilesystem = before?.ReadOnlyRootFilesystem ?? false,
            Labels = labels.Count > 0 ? labels : null,
            Annotations = annotations.Count > 0 ? annotations : null,
        };
    }

    /// <summary>The field a refusal is about. OpenFaaS's API refuses in plain text, which begins with the field's name.</summary>
    public static string? FieldOf(LoraFaaSException failure) =>
        failure.Field
        ?? Fields.Select(field => field.Wire).Append(FunctionAnnotations.SystemPrompt).Append("service")
            .FirstOrDefault(wire => failure.Message.StartsWith(wire + ":", StringComparison.Ordinal));

    private static void Put(Dictionary<string, string> map, string name, string value)
    {
        if (value.Length == 0)
        {
            map.Remove(name);
            return;
        }

        map[name] = value;
    }
}
