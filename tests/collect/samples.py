"""The publishers' sample files: which source reads each, and which are refused for what reason."""

FOLDERS = ("undesa", "wpp", "flows", "remittances", "unhcr", "irregular", "trafficking", "covariates", "reference")
#: Files by the source that reads them.
READ = {
    "abelcohen": (
        "flows/abel_cohen_six_methods_total_1990_1995.csv.gz",
        "flows/abel_cohen_six_methods_total_2000_2005.csv.gz",
        "flows/abel_cohen_six_methods_total_2010_2015.csv.gz",
    ),
    "cepii": ("covariates/cepii_distw_harmonic.csv.gz",),
    "coordinates": (
        "covariates/WUP2014-F13-Capital_Cities.xls",
        "covariates/country_coordinates.csv",
    ),
    "ctdc": (
        "trafficking/ctdc_derived_cleaned_14300.csv.gz",
        "trafficking/ctdc_kanon_sample_208.csv",
    ),
    "destatis": (
        "flows/destatis_wanderungen_2009.xls",
        "flows/destatis_wanderungen_2009_correction.xls",
        "flows/destatis_wanderungen_2014.xlsx",
    ),
    "encounters": (
        "irregular/eu_asyapp.csv.gz",
        "irregular/irreg_australia.csv.gz",
        "irregular/irreg_darien_dmg.csv.gz",
        "irregular/irreg_darien_nat.csv.gz",
        "irregular/irreg_guatemala.csv.gz",
        "irregular/irreg_honduras_nat.csv.gz",
        "irregular/irreg_mexico_exp.csv.gz",
        "irregular/irreg_mexico_nat.csv.gz",
        "irregular/irreg_usa.csv.gz",
    ),
    "eumembership": ("covariates/eu_membership.csv.gz",),
    "eurostat": (
        "flows/eurostat_double_entry_2010_2014.csv.gz",
        "flows/eurostat_imm5prv_total_to2016.csv",
    ),
    "frontex": ("irregular/frontex.csv.gz",),
    "idmc": (
        "unhcr/unhcr_idmc.csv.gz",
        "covariates/idmc_flows.csv.gz",
        "covariates/idmc_stocks.csv.gz",
    ),
    "migmeta": (
        "flows/duration_of_stay_emigration.csv.gz",
        "flows/duration_of_stay_immigration.csv.gz",
        "flows/undercount_meta_IMEM.csv.gz",
        "flows/undercount_meta_Meta_DeReg.csv.gz",
        "flows/undercount_meta_Meta_Reg.csv.gz",
        "flows/undercount_meta_QUANTMIG.csv.gz",
    ),
    "missingmigrants": (
        "irregular/MissingMigrants-Global-2021-09-05T18-37-06.csv.gz",
        "irregular/MissingMigrants_25col_layout_2014_2016.csv",
    ),
    "oecd": (
        "flows/OECD_DSD_MIG_sdmx_csv_2025_extract.csv",
        "flows/oecd_mig_inflows_by_nationality_2000_2009.csv.gz",
    ),
    "religion": ("covariates/religious_similarity.csv.gz",),
    "ucdp": ("covariates/ucdp_conflict_deaths_1990_2023.csv.gz",),
    "undesa": (
        "undesa/RECONSTRUCTED_layout2020_dest_origin_first60.xlsx",
        "undesa/UN_MigrantStockByOriginAndDestination_2015_table16_only.xlsx",
        "undesa/ims2020_bilateral_by_sex.csv.gz",
        "undesa/ims2024_bilateral_by_sex.csv.gz",
        "undesa/undesa_pd_2020_ims_stock_by_sex_and_destination.xlsx",
    ),
    "unflows": ("flows/UN_flows_2015rev_Canada.xlsx",),
    "unhcr": (
        "unhcr/HDX_AsylumApplications.csv",
        "unhcr/HDX_AsylumDecisions.csv",
        "unhcr/HDX_EndYearPopulationTotals.csv",
        "unhcr/HDX_Solutions.csv",
        "unhcr/unhcr_asylum_applications.csv.gz",
        "unhcr/unhcr_demographics.csv.gz",
        "unhcr/unhcr_flows.csv.gz",
        "unhcr/unhcr_popstats_export_EXCERPT.csv",
        "unhcr/unhcr_population.csv.gz",
        "unhcr/unhcr_solutions.csv.gz",
        "unhcr/unhcr_unrwa.csv.gz",
    ),
    "usitc": (
        "covariates/usitc_colony_of_destination_ever.csv.gz",
        "covariates/usitc_common_spoken_language.csv.gz",
    ),
    "vdem": ("covariates/vdem_liberal_democracy_1990_on.csv",),
    "victimlists": (
        "trafficking/mse_Ned.csv",
        "trafficking/mse_Ned_5.csv",
        "trafficking/mse_UKdat.csv",
        "trafficking/mse_UKdat_5.csv",
    ),
    "worldbank": (
        "undesa/worldbank_gbmd_1960_2000_by_sex_labels_corrected.csv.gz",
        "remittances/API_BM.TRF.PWKR.CD.DT_DS2_en_csv_v2_3012027.csv",
        "remittances/GDPpercap2017.xlsx",
        "remittances/RPW_corridors_databank_2011Q1_2020Q3.csv.gz",
        "remittances/WB_Bilateral_Estimates_Migrant_Stocks_2017.xlsx",
        "remittances/WB_Bilateral_Remittance_Estimates_2017_EXCERPT_first40_senders.xlsx",
        "covariates/API_SI.POV.NAHC_DS2_en_csv_v2_2917413.csv",
        "covariates/API_SM.POP.NETM_wdi_layout.csv",
        "covariates/CLASS_worldbank_country_groups.xlsx",
        "covariates/OGHIST_2025_10_07.xlsx",
        "covariates/gdp_1960_2023.csv.gz",
        "covariates/wdi.csv.gz",
    ),
    "wpp": (
        "wpp/wpp2022_annual_1985_2021.csv.gz",
        "wpp/wpp2022_midyear_population_5yr.csv",
        "wpp/wpp2024_annual_1985_2023.csv.gz",
        "wpp/wpp2024_mx_abridged_5yr_1990_2025.csv.gz",
    ),
}
#: Files that no source takes, and the finding that says why.
REFUSED = {
    "covariates/emdat_disaster.csv.gz": "licence-closed",
    "covariates/fsi.csv.gz": "licence-closed",
    "covariates/natural_disaster_deaths.csv": "licence-closed",
    "undesa/aggregates_correspondence_table_2020_1.xlsx": "table-wrong",
    "wpp/wpp2022_UNlocations.txt": "table-wrong",
    "reference/iom_countrynames_257.csv.gz": "table-wrong",
    "unhcr/unhcr_countries.csv.gz": "table-wrong",
    "flows/abel_cohen_country_order.txt": "table-wrong",
    "trafficking/ctdc_data_definitions.xlsx": "table-wrong",
    "trafficking/mse_Artificial_3.csv": "table-ambiguous",
}
#: Refused files that come near to what a source reads.
NEAR = {
    "ctdc": ("trafficking/ctdc_data_definitions.xlsx",),
    "disasters": ("covariates/emdat_disaster.csv.gz", "covariates/natural_disaster_deaths.csv"),
    "fsi": ("covariates/fsi.csv.gz",),
    "iomnames": ("reference/iom_countrynames_257.csv.gz",),
    "undesa": ("undesa/aggregates_correspondence_table_2020_1.xlsx",),
    "unhcr": ("unhcr/unhcr_countries.csv.gz",),
    "victimlists": ("trafficking/mse_Artificial_3.csv",),
    "wpp": ("wpp/wpp2022_UNlocations.txt", "undesa/aggregates_correspondence_table_2020_1.xlsx"),
}
