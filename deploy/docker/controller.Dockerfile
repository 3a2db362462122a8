# docker build -f deploy/docker/controller.Dockerfile -t lorafaas/controller .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /src
COPY . .
RUN bash deploy/docker/publish.sh controller /app && mkdir -m 1777 /uploads

# No shell, no package manager, not root.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
WORKDIR /app
COPY --from=build /app .
COPY --from=build /uploads /uploads
VOLUME /uploads
USER $APP_UID
EXPOSE 8080 8081
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s CMD ["dotnet", "LoraFaaS.Controller.dll", "healthcheck"]
# The root file system may be read-only: what is written goes to volumes and to /tmp.
ENV DOTNET_EnableDiagnostics=0
ENTRYPOINT ["dotnet", "LoraFaaS.Controller.dll"]
