using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Console;

/// <summary>Where the console finds the platform.</summary>
public sealed class ConsoleOptions : IValidatableObject
{
    public const string Section = "Console";

    /// <summary>The gateway's address, or those of several with commas between, of which one that answers is used. Empty: <see cref="GatewayFile"/> says.</summary>
    [RegularExpression("^(https?://[^,/]+/?(,https?://[^,/]+/?)*)?$", ErrorMessage = "not an absolute http address, nor several with commas between (Console:GatewayUrl)")]
    public string GatewayUrl { get; set; } = "";

    /// <summary>The ready file of a gateway on this machine, which may start after the console.</summary>
    public string GatewayFile { get; set; } = "";

    /// <summary>Time between two looks of an open page at the platform. Less is livelier and asks more of the controller: one page asks a few questions each time.</summary>
    [Range(typeof(TimeSpan), "00:00:00.200", "00:01:00")]
    public TimeSpan Refresh { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a login lasts after it was last used.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan LoginLasts { get; set; } = TimeSpan.FromHours(12);

    /// <summary>Largest adapter that can be uploaded in the browser; larger ones are pushed with the command.</summary>
    [Range(1_024, 1L << 40)]
    public long MaxUploadBytes { get; set; } = 1L << 30;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (GatewayUrl.Length == 0 && GatewayFile.Length == 0)
        {
            yield return new ValidationResult("give the gateway's address (Console:GatewayUrl)", [nameof(GatewayUrl)]);
        }
    }
}

[OptionsValidator]
internal sealed partial class ConsoleOptionsValidator : IValidateOptions<ConsoleOptions>;
