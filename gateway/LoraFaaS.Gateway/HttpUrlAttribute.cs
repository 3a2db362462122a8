using System.ComponentModel.DataAnnotations;

namespace LoraFaaS.Gateway;

/// <summary>An absolute http or https address. (The framework's Url attribute also takes ftp, and anything after the scheme.)</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class HttpUrlAttribute : ValidationAttribute
{
    public override bool IsValid(object? value) =>
        value is not string { Length: > 0 } text
        || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps));
}
